import { wire as admitWave } from '../lambdas/admit-wave/wiring.ts';
import { wire as closeRun } from '../lambdas/close-run/wiring.ts';
import { wire as confirmPlan } from '../lambdas/confirm-plan/wiring.ts';
import { wire as deliverDecisions } from '../lambdas/deliver-decisions/wiring.ts';
import { wire as draftPlan } from '../lambdas/draft-plan/wiring.ts';
import { wire as judgeWave } from '../lambdas/judge-wave/wiring.ts';
import { wire as probeBatch } from '../lambdas/probe-batch/wiring.ts';
import { wire as recoverRun } from '../lambdas/recover-run/wiring.ts';
import { wire as renewExpiry } from '../lambdas/renew-expiry/wiring.ts';
import { wire as requestApproval } from '../lambdas/request-approval/wiring.ts';
import { wire as review } from '../lambdas/review/wiring.ts';
import { wire as rotateBatch } from '../lambdas/rotate-batch/wiring.ts';
import type { Networked, Runtime, Verifying } from '../lambdas/runtime.ts';
import { wire as startRun } from '../lambdas/start-run/wiring.ts';
import { wire as watchDrift } from '../lambdas/watch-drift/wiring.ts';
import { wire as watchRuns } from '../lambdas/watch-runs/wiring.ts';
import type { Clients } from './account/seam.ts';

/** What every step can be wired into: all clients, a network, and a check of signatures. */
export type AnyRuntime = Runtime<Clients> & Networked & Verifying;

export type Handler = (event: unknown) => Promise<unknown>;

/** Steps call this client by the SDK's own name for it. */
const withSfn = (runtime: AnyRuntime) => ({
  ...runtime,
  clients: Object.defineProperty(Object.create(runtime.clients), 'sfn', { get: () => runtime.clients.stepFunctions }),
});

/** The deployed steps, by the folder that each is deployed from. */
export const steps: Readonly<Record<string, (runtime: AnyRuntime) => Handler>> = {
  'admit-wave': admitWave,
  'close-run': closeRun,
  'confirm-plan': confirmPlan,
  'deliver-decisions': (runtime) => deliverDecisions(withSfn(runtime)),
  'draft-plan': draftPlan,
  'judge-wave': judgeWave,
  'probe-batch': probeBatch,
  'recover-run': (runtime) => recoverRun(withSfn(runtime)),
  'renew-expiry': renewExpiry,
  'request-approval': requestApproval,
  review: (runtime) => review(withSfn(runtime)),
  'rotate-batch': rotateBatch,
  'start-run': (runtime) => startRun(withSfn(runtime)),
  'watch-drift': watchDrift,
  'watch-runs': (runtime) => watchRuns(withSfn(runtime)),
};

/** The step that a function was deployed from: `keyturn-prod-rotate-batch-low` is `rotate-batch`. */
export function stepOf(functionName: string): string {
  const step = Object.keys(steps).find((name) => new RegExp(`-${name}(-[a-z0-9]+)?$`).test(functionName));
  if (step === undefined) throw new Error(`function ${functionName} is deployed from no step that is known here`);
  return step;
}
