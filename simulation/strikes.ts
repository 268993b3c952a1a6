import type { Account } from '../rehearsal/account/account.ts';
import type { Call, Fate } from '../rehearsal/account/faults.ts';
import type { VirtualTime } from '../rehearsal/virtual-time.ts';
import type { Disturbance } from './disturbances.ts';

/** What may become of a call. Who is no function, such as Step Functions itself, does not die. */
export const fates = ['requestLost', 'responseLost', 'throttled', 'callerDies', 'callerDiesAfter'] as const;
export const fatesOfWorkflow = ['requestLost', 'responseLost', 'throttled'] as const;

/** Strikes Keyturn's own calls, and nobody else's. */
export class Strikes {
  readonly struck: string[] = [];
  /** Those that came true: one that turns many calls away is one. */
  readonly faults = new Set<Disturbance>();
  #disturbances: readonly Disturbance[] = [];
  readonly #own: ReadonlySet<string>;
  readonly #time: VirtualTime;
  readonly #met = { functions: new Set<string>(), workflow: new Set<string>() };
  readonly #counts = new Map<string, number>();
  readonly #throttled = new Map<string, number>();
  #account: Account | undefined;
  #index = 0;

  constructor(own: ReadonlySet<string>, time: VirtualTime) {
    this.#own = own;
    this.#time = time;
  }

  /** Where a step is delivered again. */
  attach(account: Account): void {
    this.#account = account;
  }

  /** From now on these are what goes wrong, and calls are counted anew. */
  begin(disturbances: readonly Disturbance[]): void {
    this.#disturbances = disturbances;
    this.#counts.clear();
    this.#index = 0;
  }

  /** From now on every call of a service is turned away, for so long. */
  throttle(service: string, milliseconds: number): void {
    this.#throttled.set(service, this.#time.now() + milliseconds);
  }

  /** Every fate that could have met a call. */
  get points(): ReadonlySet<string> {
    const { functions, workflow } = this.#met;
    const all = (calls: ReadonlySet<string>, possible: readonly Fate[]) =>
      [...calls].flatMap((call) => possible.map((fate) => `${call} × ${fate}`));
    return new Set([...all(functions, fates), ...all(workflow, fatesOfWorkflow)]);
  }

  fateOf(made: Call): Fate {
    const { principal, service, operation } = made;
    if (!this.#own.has(principal)) return 'works';
    const call = `${service}:${operation}`;
    const workflow = isWorkflow(principal);
    this.#met[workflow ? 'workflow' : 'functions'].add(call);
    const index = this.#index++;
    const nth = this.#count(call);
    if (call === 'lambda:Invoke') this.#deliverAgain(made);
    if ((this.#throttled.get(service) ?? 0) > this.#time.now()) return this.#strike(call, 'throttled');

    const struck = this.#disturbances.find(
      (one) =>
        (one.kind === 'any call' && one.index === index) ||
        (one.kind === 'call' && one.call === call && one.nth === nth),
    );
    if (struck === undefined || !('fate' in struck)) return 'works';
    this.faults.add(struck);
    const dies = struck.fate === 'callerDies' || struck.fate === 'callerDiesAfter';
    return this.#strike(call, workflow && dies ? 'requestLost' : struck.fate);
  }

  #strike(call: string, fate: Fate): Fate {
    this.struck.push(`${call} × ${typeof fate === 'string' ? fate : 'delayed'}`);
    return fate;
  }

  #count(what: string): number {
    const count = (this.#counts.get(what) ?? 0) + 1;
    this.#counts.set(what, count);
    return count;
  }

  /** The same invocation once more, as whoever delivers may do at any time. */
  #deliverAgain({ principal, service, operation, input }: Call): void {
    const { FunctionName = '' } = input as { FunctionName?: string };
    const function_ = FunctionName.split(':')[6] ?? '';
    const again = this.#disturbances.find(
      (one) => one.kind === 'delivered again' && function_.includes(`-${one.step}`),
    );
    if (again?.kind !== 'delivered again' || this.#count(`delivered ${again.step}`) !== again.nth) return;
    this.struck.push(`${again.step} delivered again`);
    const deliver = () => void this.#account?.call(principal, service, operation, input).catch(() => {});
    this.#time.after(again.after, deliver);
  }
}

/** Step Functions, EventBridge and its scheduler call in the name of these. */
const isWorkflow = (principal: string) => /ActingRole|SchedulesRole/.test(principal);
