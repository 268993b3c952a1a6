/*
 * Goal: S9, and what of S1, S7 and S10 rests on roles: AWS itself refuses everybody what is not theirs to do.
 *
 * Method: every role of the synthesised stack makes every call of a long list. What each may do is written down here by
 * hand; all the rest must be refused by its policies.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { synthesised } from '../rehearsal/day/played.ts';
import { attemptsIn } from './attempts.ts';
import { Deployed } from './deployed.ts';

const assembly = synthesised();

const rotateBatch = (tier: string) => [
  'check a seal',
  `move AWSCURRENT of ${tier}`,
  `put ${tier}`,
  `read ${tier}`,
  'read the archive',
  'read the switch',
  'read who asked',
  'see the go-ahead',
  'see the lock',
];
const probeBatch = (tier: string) => [
  'deposit preflight facts',
  'deposit what was probed',
  `read ${tier}`,
  'withdraw the go-ahead',
];

/** All that each role may do of the list. */
const may: Readonly<Record<string, readonly string[]>> = {
  'start-run': ['deposit start.json', 'read who asked'],
  'draft-plan': [
    'deposit draft.json',
    'deposit inventory.jsonl',
    'deposit preflight.jsonl',
    'list secrets',
    'read the archive',
    'read who asked',
    'see the history',
    'see the lock',
    'see the quarantine',
  ],
  'confirm-plan': [
    'change the ledger',
    'deposit a wave',
    'deposit confirmation.json',
    'deposit left-alone.json',
    'deposit plan.json',
    'give the go-ahead',
    'list secrets',
    'read the archive',
    'read who asked',
    'see the history',
    'see the ledger',
    'see the lock',
    'see the quarantine',
    'take the lock',
  ],
  // A reminder keeps the links that were sent before. Nobody is woken by it: only the review may answer.
  'request-approval': ['lay a task token', 'read a task token', 'read the archive', 'read who asked'],
  review: ['deposit decision.json', 'read a task token', 'read the archive', 'read who asked', 'seal'],
  // What it records carries seals that it cannot make.
  'deliver-decisions': ['deposit decision.json', 'read a task token', 'read the archive', 'read who asked'],
  'admit-wave': [
    'note an admission',
    'read the archive',
    'read the switch',
    'read who asked',
    'see the go-ahead',
    'see the lock',
  ],
  'rotate-batch-low': [...rotateBatch('low'), 'read the master of low'],
  'rotate-batch-medium': rotateBatch('medium'),
  'rotate-batch-high': rotateBatch('high'),
  'probe-batch-low': probeBatch('low'),
  'probe-batch-medium': probeBatch('medium'),
  'probe-batch-high': probeBatch('high'),
  'judge-wave': ['deposit a verdict', 'read the archive', 'read who asked'],
  'renew-expiry': ['read the archive', 'read who asked', 'tag the expiry of high', 'tag the expiry of low'],
  'close-run': [
    'change the history',
    'change the quarantine',
    'clear a task token',
    'deposit manifest.json',
    'deposit report.json',
    'list all versions of a run',
    'sign evidence',
    'read the archive',
    'read who asked',
    'release the lock',
    'see the history',
    'see the lock',
    'see the quarantine',
    'withdraw the go-ahead',
  ],
  'recover-run': [
    'change the history',
    'change the quarantine',
    'deposit recovery-manifest.json',
    'deposit recovery.json',
    'list all versions of a run',
    'sign evidence',
    'read the archive',
    'read who asked',
    'release the lock',
    'see the history',
    'see the lock',
    'see the quarantine',
    'withdraw the go-ahead',
  ],
  'watch-drift': [
    'note drift',
    'read the archive',
    'read who asked',
    'report drift',
    'see the history',
    'see the lock',
  ],
  'watch-runs': ['read the archive', 'read who asked', 'see the lock'],
  workflow: ['read the archive', 'read who asked'],
  'workflow-recovery': ['read the archive', 'read who asked'],
  'workflow-retirement': ['read the archive', 'read who asked'],
  schedules: [],
  'drift-schedule': [],
};

describe('S9 a role', () => {
  const roles = new Deployed(assembly).roles;

  it('S9 is held by each function alone, and there are no others', () => {
    assert.deepEqual([...roles.keys()].toSorted(), Object.keys(may).toSorted());
    assert.equal(new Set(roles.values()).size, roles.size);
  });

  for (const [name, role] of roles) {
    it(`S9 of ${name} may do what is its own, and AWS refuses it all the rest`, async () => {
      const deployed = new Deployed(assembly);
      const allowed: string[] = [];
      for (const [what, attempt] of Object.entries(attemptsIn(deployed))) {
        if (await deployed.lets(role, attempt)) allowed.push(what);
      }
      assert.deepEqual(allowed.toSorted(), may[name]?.toSorted());
    });
  }
});

describe('S9 even an administrator', () => {
  it('S1 cannot seal an approval, sign evidence, let a run go on or lay links of their own, nor deposit, replace or delete anything; S11 cannot take the lock away; S2, S4 cannot make ledger or quarantine forget', async () => {
    const deployed = new Deployed(assembly);
    const administrator = 'arn:aws:iam::111122223333:role/administrator';
    deployed.cloud.account.authorisation.admit(administrator, 'administrator');
    const refused: string[] = [];
    for (const [what, attempt] of Object.entries(attemptsIn(deployed))) {
      if (!(await deployed.lets(administrator, attempt))) refused.push(what);
    }
    assert.deepEqual(refused, [
      'seal',
      'check a seal',
      'sign evidence',
      'deposit start.json',
      'deposit draft.json',
      'deposit preflight.jsonl',
      'deposit preflight facts',
      'deposit confirmation.json',
      'deposit plan.json',
      'deposit a wave',
      'deposit left-alone.json',
      'deposit decision.json',
      'deposit what was probed',
      'deposit a verdict',
      'deposit inventory.jsonl',
      'deposit manifest.json',
      'deposit recovery-manifest.json',
      'deposit report.json',
      'note an admission',
      'deposit recovery.json',
      'overwrite the archive',
      'overwrite what was probed',
      'overwrite the decision',
      'delete from the archive',
      'lay a task token',
      'give the go-ahead',
      'take the lock',
      'seize the lock',
      'release the lock',
      'remove the lock by its version',
      'forget the quarantine',
      'remove the quarantine by its version',
      'change the ledger',
      'forget the ledger',
      'remove the ledger by its version',
      'report drift',
    ]);
  });
});

describe('S9 the workflow', () => {
  const { stack, cloud, roles } = new Deployed(assembly);
  const workflow = cloud.account.authorisation.contextOf(roles.get('workflow') ?? '');

  it('S13 may invoke published versions only, of the steps of a run', () => {
    const elsewhere = ['review', 'start-run', 'recover-run', 'watch-runs', 'watch-drift'].map(
      (step) => `keyturn-prod-${step}`,
    );
    for (const { name, arn, qualifiedArns } of stack.functions) {
      assert.equal(workflow.allows('lambda:InvokeFunction', arn), false, name);
      const published = qualifiedArns.map((version) => workflow.allows('lambda:InvokeFunction', version));
      assert.deepEqual(published, [!elsewhere.includes(name)], name);
    }
  });

  it('S1 cannot be woken by anybody but the review and what repeats its decisions, nor started but by start-run and itself', () => {
    const [machine] = stack.stateMachines;
    const allowed = (action: string) =>
      [...roles].flatMap(([name, role]) =>
        cloud.account.authorisation.contextOf(role).allows(action, machine?.arn ?? '') ? [name] : [],
      );
    assert.deepEqual(allowed('states:SendTaskSuccess').toSorted(), ['deliver-decisions', 'review']);
    assert.deepEqual(allowed('states:StartExecution').toSorted(), ['start-run', 'workflow']);
  });

  it('S9 of all roles, no other may invoke a function, but that the schedules hand their starts to start-run, and their looks to watch-drift, which has probe-batch look', () => {
    for (const [name, role] of roles) {
      if (name.startsWith('workflow')) continue;
      const context = cloud.account.authorisation.contextOf(role);
      for (const { qualifiedArns, arn } of stack.functions) {
        const isHandedOver =
          (name === 'schedules' && arn.endsWith(':keyturn-prod-start-run')) ||
          (name === 'drift-schedule' && arn.endsWith(':keyturn-prod-watch-drift')) ||
          (name === 'watch-drift' && arn.includes(':keyturn-prod-probe-batch-'));
        for (const one of [arn, ...qualifiedArns])
          assert.equal(context.allows('lambda:InvokeFunction', one), isHandedOver && one !== arn, name);
      }
    }
  });
});
