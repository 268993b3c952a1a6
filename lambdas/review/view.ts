import type { Refusal } from '../../core/approval/approval-answer.ts';
import type { Decision, GivenAnswer } from '../../core/approval/decision.ts';
import type { SignInRefusal } from '../../core/approval/sign-in.ts';
import type { Instant } from '../../core/instant.ts';
import type { PlanDigest, Run } from '../../core/plan.ts';
import type { RunReport } from '../../core/report/report.ts';
import type { Scope } from '../../core/scope.ts';
import type { Dossier } from './dossier.ts';
import type { Progress } from './progress.ts';
import type { Sheet } from './sheet.ts';

/** How far a question is answered. */
export interface Standing {
  /** How many people must approve. */
  readonly needed: number;
  /** The approvals that count, in the order in which they were given. */
  readonly approvals: readonly GivenAnswer[];
  /** Who may answer, and has not. */
  readonly silent: readonly string[];
}

/** A plan and what its page says around it. */
export interface PlanView extends Dossier {
  /** The whole plan, or the wave that waits for an approval of its own. */
  readonly scope: Scope;
  readonly standing: Standing;
  readonly digest: PlanDigest;
  readonly answerBy: Instant;
  /** Whether the settings know who asked. Otherwise nobody can say that it is none of those who approve. */
  readonly isRequesterKnown: boolean;
  readonly bakeTimeSeconds: number;
  /** Names of the tiers, in ascending order of risk. */
  readonly tiers: readonly string[];
  /** The secrets that this page lists. */
  readonly sheet: Sheet;
  readonly now: Instant;
}

/** Whether the run heard of a decision: `lost` when it could not be told, and deliver-decisions will. */
export type Delivery = 'delivered' | 'closed' | 'lost';

/** All that an approver's page can be. It is a pure function of this. */
export type View =
  | {
      readonly kind: 'open';
      readonly plan: PlanView;
      readonly approver: string;
      readonly nonce: string;
      /** Why the answer just sent was not recorded. */
      readonly refusals: readonly Refusal[];
      /** The reason just sent, so that nobody writes it twice. */
      readonly reason: string;
      /** How far the run has come, where it is a wave that waits. */
      readonly progress: Progress | undefined;
    }
  | {
      /** This approver has answered, and more must before it counts. */
      readonly kind: 'answered';
      readonly plan: PlanView;
      readonly own: GivenAnswer;
      readonly refusals: readonly Refusal[];
      /** With which they send their answer again. */
      readonly nonce: string;
      readonly progress: Progress | undefined;
    }
  | {
      readonly kind: 'decided';
      readonly plan: PlanView | undefined;
      readonly decision: Decision;
      /** Undefined: nothing was sent just now. */
      readonly delivery: Delivery | undefined;
      readonly refusals: readonly Refusal[];
      /** With which the one who decided sends the decision to the run again. Undefined for anyone else. */
      readonly nonce: string | undefined;
      readonly progress: Progress | undefined;
    }
  | {
      readonly kind: 'over';
      readonly plan: PlanView;
      readonly refusals: readonly Refusal[];
      readonly report: RunReport | undefined;
    }
  | { readonly kind: 'changed'; readonly digest: PlanDigest }
  | { readonly kind: 'nothing' }
  | {
      readonly kind: 'signIn';
      readonly run: Run;
      readonly link: string;
      /** Why the answer just sent was not recorded. */
      readonly reasons: readonly SignInRefusal[];
    }
  | {
      readonly kind: 'notSignedIn';
      readonly reasons: readonly SignInRefusal[];
      /** Where to sign in again, when it is known for which link. */
      readonly retry: string | undefined;
    }
  /** What no browser shows, since it goes on at once. */
  | { readonly kind: 'elsewhere' }
  | { readonly kind: 'fault'; readonly title: string; readonly text: string };
