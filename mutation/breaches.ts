/** A promise of the safety case, broken on purpose in one place. */
export interface Breach {
  readonly promise: `S${number}`;
  /** What goes wrong, as somebody would say who found it. */
  readonly mistake: string;
  readonly file: string;
  /** Occurs once in the file. */
  readonly from: string;
  readonly to: string;
  /** Where a test that is called after the promise must fail. */
  readonly tests: readonly string[];
}

/**
 * At least one for each promise, in its order, and where AWS and code both hold a promise one for either.
 *
 * Each is a mistake that somebody could make, not a line left out at random: `npm run mutate` does that.
 */
export const breaches: readonly Breach[] = [
  {
    promise: 'S1',
    mistake: 'rotate-batch takes every seal for a genuine one',
    file: 'lambdas/rotate-batch/warrant.ts',
    from: 'if (!(await seals.isGenuine(messageToSeal(answer), seal))) return false;',
    to: 'await seals.isGenuine(messageToSeal(answer), seal);',
    tests: ['test/lambdas/rotate-batch-warrant.test.ts'],
  },
  {
    promise: 'S1',
    mistake: 'an approval counts for whatever plan the run has',
    file: 'core/approval/approval.ts',
    from: 'answer.digest !== digest',
    to: 'answer.digest === undefined',
    tests: ['test/core/approval/approval.test.ts'],
  },
  {
    promise: 'S1',
    mistake: 'two approvals of one person are two',
    file: 'core/approval/quorum.ts',
    from: 'return approvals.filter(isAnother).map(({ by }) => by);',
    to: 'return approvals.filter((one, at) => at >= 0 || isAnother(one, at)).map(({ by }) => by);',
    tests: ['test/core/approval/quorum.test.ts'],
  },
  {
    promise: 'S1',
    mistake: 'whoever IAM lets use the key may seal',
    file: 'lib/seal.ts',
    from: "refusalToOthers('NobodyElseSeals', { action: use.seal, roles: this.#roles.seal }),",
    to: '',
    tests: ['test/lib/keys.test.ts'],
  },
  {
    promise: 'S1',
    mistake: 'whoever IAM lets write the living bucket may lay links of their own before approvers',
    file: 'lib/living-store.ts',
    from: "this.bucket.addToResourcePolicy(refusalToOthers(sid, { action: 's3:PutObject', on, roles }));",
    to: '',
    tests: ['test/lib/buckets.test.ts'],
  },
  {
    promise: 'S1',
    mistake: 'rotate-batch turns a wave that was not let go',
    file: 'lambdas/rotate-batch/warrant.ts',
    from: "if (admission === undefined) return refused('notAdmitted');",
    to: '',
    tests: ['test/lambdas/rotate-batch-warrant.test.ts'],
  },
  {
    promise: 'S2',
    mistake: 'a selection may be as large as both caps together allow',
    file: 'core/limits/caps.ts',
    from: "verdict: selected <= caps.secrets ? 'within' : 'exceeded',",
    to: "verdict: selected <= caps.secrets || withinShare ? 'within' : 'exceeded',",
    tests: ['test/core/limits/caps.test.ts'],
  },
  {
    promise: 'S2',
    mistake: 'what the second judgement contradicts is noted, and the run goes on',
    file: 'lambdas/confirm-plan/step.ts',
    from: "verdict: contradicted.length === 0 ? 'within' : 'exceeded',",
    to: "verdict: contradicted.length >= 0 ? 'within' : 'exceeded',",
    tests: ['test/lambdas/confirm-plan.test.ts', 'test/promises/selection.test.ts'],
  },
  {
    promise: 'S3',
    mistake: 'a secret that is not due any more is turned as it was planned',
    file: 'core/selection/still-due.ts',
    from: "if (judgement.kind === 'leftAlone') return judgement.reason;",
    to: "if (judgement.kind === 'leftAlone') return undefined;",
    tests: ['test/core/selection/still-due.test.ts'],
  },
  {
    promise: 'S4',
    mistake: 'a name that the list has twice is selected both times',
    file: 'core/selection/selection.ts',
    from: 'return isTwice(entry) ? asDuplicate(judgement) : judgement;',
    to: 'return judgement;',
    tests: ['test/core/selection/selection.test.ts'],
  },
  {
    promise: 'S4',
    mistake: 'what failed in an earlier run is turned again',
    file: 'core/past-runs/quarantine.ts',
    from: 'selected: selection.selected.filter((secret) => !isIn(secret)),',
    to: 'selected: selection.selected,',
    tests: ['test/promises/between-runs.test.ts'],
  },
  {
    promise: 'S5',
    mistake: 'AWSCURRENT moves before the target was asked',
    file: 'core/rotation/rotation.ts',
    from: "return strategy === 'replace' && observed.old === 'unasked' ? { kind: 'ask old' } : { kind: 'test' };",
    to: "return { kind: 'promote' };",
    tests: ['test/core/rotation/rotation.test.ts', 'test/exploration/exploration.test.ts'],
  },
  {
    promise: 'S6',
    mistake: 'a service that could not be asked is taken for well',
    file: 'core/verdict/verdict.ts',
    from: "if (answer === 'healthy') return [];",
    to: "if (answer !== 'unhealthy') return [];",
    tests: ['test/core/verdict/verdict.test.ts'],
  },
  {
    promise: 'S6',
    mistake: 'probe-batch answers that a batch is in doubt, and lets the next begin',
    file: 'lambdas/probe-batch/step.ts',
    from: 'await goAhead.withdraw(run);',
    to: 'void goAhead;',
    tests: ['test/lambdas/probe-batch.test.ts'],
  },
  {
    promise: 'S7',
    mistake: 'an old credential is deactivated though its target does not say whether it is used',
    file: 'core/rotation/retirement.ts',
    from: "if (use === 'quiet') return undefined;",
    to: "if (use !== 'used') return undefined;",
    tests: ['test/core/rotation/retire.test.ts', 'test/exploration/retirement.test.ts'],
  },
  {
    promise: 'S7',
    mistake: 'rotate-batch may delete a secret',
    file: 'lib/secret-grants.ts',
    from: "'secretsmanager:PutSecretValue'],",
    to: "'secretsmanager:PutSecretValue', 'secretsmanager:DeleteSecret'],",
    tests: ['test/lib/permissions.test.ts'],
  },
  {
    promise: 'S8',
    mistake: 'a kill switch that is not there lets everything go',
    file: 'core/limits/flags.ts',
    from: "if (text === undefined) return { kind: 'stop', reason: 'switchAbsent' };",
    to: "if (text === undefined) return { kind: 'go', tiers: 'all', waves: 'all' };",
    tests: ['test/lambdas/admit-wave.test.ts'],
  },
  {
    promise: 'S8',
    mistake: 'a function may turn the kill switch',
    file: 'lib/kill-switch.ts',
    from: "actions: ['ssm:GetParameter']",
    to: "actions: ['ssm:GetParameter', 'ssm:PutParameter']",
    tests: ['test/lib/permissions.test.ts'],
  },
  {
    promise: 'S9',
    mistake: 'the functions of a tier reach every secret of the account',
    file: 'lib/secret-grants.ts',
    from: 'resourceName: `${path}*`,',
    to: "resourceName: path === '' ? path : '*',",
    tests: ['test/promises/roles.test.ts'],
  },
  {
    promise: 'S10',
    mistake: 'what is claimed is taken for what was seen',
    file: 'core/verdict/probe.ts',
    from: "else if (sighting.versionId !== claim.versionId) yield { kind: 'claimContradicted', name: secret.name };",
    to: '',
    tests: ['test/core/verdict/probe.test.ts'],
  },
  {
    promise: 'S10',
    mistake: 'who looks may change what it looks at',
    file: 'lib/tier.ts',
    from: "grantSecretKeys(step, settings, 'kms:Decrypt');",
    to: 'grantRotating(step, secretsOf(scope, tier));',
    tests: ['test/lib/permissions.test.ts'],
  },
  {
    promise: 'S11',
    mistake: 'recovery does not wait for a function that may still write',
    file: 'lambdas/recover-run/step.ts',
    from: 'facts.stoppedAt + rotateBatchSeconds.run * 1_000',
    to: 'facts.stoppedAt + rotateBatchSeconds.write',
    tests: ['test/lambdas/recover-run.test.ts'],
  },
  {
    promise: 'S11',
    mistake: 'a call that failed is taken for one that did nothing',
    file: 'core/rotation/turning.ts',
    from: 'forget(count(turning, call));',
    to: 'count(turning, call);',
    tests: ['test/exploration/exploration.test.ts'],
  },
  {
    promise: 'S12',
    mistake: 'a value that is printed shows itself',
    file: 'core/secret-value.ts',
    from: "toJSON(): string {\n    return '[secret]';",
    to: 'toJSON(): string {\n    return this.#text;',
    tests: ['test/core/secret-value.test.ts'],
  },
  {
    promise: 'S12',
    mistake: "the workflow's log holds what states are given",
    file: 'lib/run-workflow.ts',
    from: 'includeExecutionData: false',
    to: 'includeExecutionData: true',
    tests: ['test/lib/workflow.test.ts'],
  },
  {
    promise: 'S13',
    mistake: 'a deployment switches its rotations on',
    file: 'lib/schedules.ts',
    from: '      enabled,\n',
    to: '      enabled: true,\n',
    tests: ['test/promises/stopping.test.ts', 'test/lib/guarded-rotation.test.ts'],
  },
  {
    promise: 'S14',
    mistake: 'a value names any host that it likes',
    file: 'core/selection/credential.ts',
    from: "if (!allowedHosts.includes(String(record['host']))) return 'hostNotAllowed';",
    to: "if (allowedHosts.length === 0) return 'hostNotAllowed';",
    tests: ['test/core/selection/credential.test.ts'],
  },
  {
    promise: 'S14',
    mistake: 'a redirect leads away from an allowed host',
    file: 'adapters/network.ts',
    from: "redirect: 'error'",
    to: "redirect: 'follow'",
    tests: ['test/adapters/network.test.ts'],
  },
];
