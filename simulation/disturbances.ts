import type { Fate } from '../rehearsal/account/faults.ts';
import type { Act } from './outsider.ts';

/** Schedules of the stack, each under the name that its own input has for it. */
export const schedules = ['audit', 'rotation', 'retirement', 'drift look'] as const;
export type Scheduled = (typeof schedules)[number];

/**
 * When something happens: so many milliseconds after the run has entered so many states. State 0 is entered when the wait for
 * the run begins, which days may pass with.
 */
export interface Moment {
  readonly moment: number;
  readonly after: number;
}

/** What goes wrong in a run. A call counts Keyturn's own calls only. */
export type Disturbance =
  | { readonly kind: 'any call'; readonly index: number; readonly fate: Fate }
  | { readonly kind: 'call'; readonly call: string; readonly nth: number; readonly fate: Fate }
  | ({ readonly kind: 'stopped' | 'switch removed' | 'schedule fires again' } & Moment)
  | ({ readonly kind: 'schedule fires'; readonly schedule: Scheduled } & Moment)
  | ({ readonly kind: 'stack updated'; readonly to: number } & Moment)
  | ({ readonly kind: 'outsider'; readonly act: Act; readonly secret: string } & Moment)
  | ({ readonly kind: 'quota'; readonly service: string; readonly lasts: number } & Moment)
  | ({
      readonly kind: 'target';
      readonly answers: 'slowly' | 'now and then' | 'never';
      readonly lasts: number;
    } & Moment)
  | ({ readonly kind: 'clock jumps'; readonly by: number } & Moment)
  | { readonly kind: 'delivered again'; readonly step: string; readonly nth: number; readonly after: number }
  | { readonly kind: 'new keys count late'; readonly after: number }
  | Redriven;

/** Somebody redrives what died of a run: its own execution, or one that was to settle it. */
export interface Redriven {
  readonly kind: 'redriven';
  readonly whose: 'run' | 'recovery';
  /** So many milliseconds after it died. */
  readonly later: number;
  /** Whether the rotation's schedule fires between, so that another run may rotate what the dead one left. */
  readonly another: boolean;
}

/** As a sentence of the story that is told of a broken promise. */
export function inWords(one: Disturbance): string {
  switch (one.kind) {
    case 'any call':
      return `call ${one.index} of all: ${sayFate(one.fate)}`;
    case 'call':
      return `${one.call}, time ${one.nth}: ${sayFate(one.fate)}`;
    case 'schedule fires':
      return `the schedule of the ${one.schedule} fires, ${sayMoment(one)}`;
    case 'stack updated':
      return `the stack is updated to settings ${one.to}, ${sayMoment(one)}`;
    case 'outsider':
      return `somebody ${one.act}: ${one.secret}, ${sayMoment(one)}`;
    case 'quota':
      return `every call of ${one.service} is throttled for ${one.lasts} ms, ${sayMoment(one)}`;
    case 'target':
      return `the targets answer Keyturn ${one.answers} for ${one.lasts} ms, ${sayMoment(one)}`;
    case 'clock jumps':
      return `the clock of the functions jumps by ${one.by} ms, ${sayMoment(one)}`;
    case 'delivered again':
      return `${one.step}, time ${one.nth}, is delivered again ${one.after} ms later`;
    case 'new keys count late':
      return `targets turn a new key away for its first ${one.after} ms`;
    case 'redriven':
      return `somebody redrives the ${one.whose} ${one.later} ms after it died${one.another ? ', another rotation between' : ''}`;
    default:
      return `${one.kind}, ${sayMoment(one)}`;
  }
}

const sayMoment = ({ moment, after }: Moment): string => `${after} ms after state ${moment} was entered`;

const sayFate = (fate: Fate): string => (typeof fate === 'string' ? fate : `${fate.delayed} ms late`);
