import type { Goal } from '../core/rotation/rotation.ts';
import type { End } from '../core/rotation/turning.ts';
import { type Call, type Rules, rulesFor } from './delivery.ts';
import { type Fate, type Scenario, type State, type Successor, start, successorsOf } from './state.ts';
import { authenticates, strategyOf, type TargetKind, type World } from './world.ts';

/** What goes wrong in a delivery: the fate of one call, the first of its name unless said otherwise. */
export interface Mishap {
  readonly at: Call;
  readonly fate: Fate;
  readonly time?: number;
}

/** One run, told event by event. What happens in it can happen in an exploration too: it is taken from there. */
export class Tale {
  readonly target: TargetKind;
  readonly #rules: Rules;
  /** Whether AWSCURRENT authenticated after each event. */
  readonly working: boolean[] = [];
  readonly calls: Call[] = [];
  world: World;

  constructor(target: TargetKind, rules: Partial<Rules> = {}) {
    this.target = target;
    this.#rules = { ...rulesFor(target), ...rules };
    this.world = start(this.#scenario('rotate')).world;
  }

  get works(): boolean {
    return authenticates(this.world);
  }

  get strategy() {
    return strategyOf(this.target);
  }

  /** Delivers a step to its end, or to where it is killed. */
  deliver(goal: Goal, ...mishaps: readonly Mishap[]): End | 'killed' {
    const scenario = this.#scenario(goal);
    const times = new Map<Call, number>();
    let state: State = { ...start(scenario), world: this.world };
    for (;;) {
      const [delivery] = state.deliveries;
      if (delivery?.phase === 'ended') return delivery.how;
      const successors = successorsOf(state, scenario);
      const [next] = successors;
      if (next === undefined || next.event.by === 'outsider' || next.event.by === 'function')
        throw new Error('a delivery that has not ended goes on');
      const { call } = next.event;
      const time = (times.get(call) ?? 0) + 1;
      times.set(call, time);
      const fate = mishaps.find((mishap) => mishap.at === call && (mishap.time ?? 1) === time)?.fate ?? 'works';
      state = this.#take(successors, ({ event }) => 'fate' in event && event.fate === fate, `${call} ${fate}`);
      this.calls.push(call);
    }
  }

  /** Lets an outsider act, in the words of the exploration. */
  outsider(act: string): void {
    const scenario = this.#scenario('rotate');
    const state: State = { ...start(scenario), world: this.world };
    this.#take(successorsOf(state, scenario), ({ event }) => event.by === 'outsider' && event.act === act, act);
  }

  #take(successors: readonly Successor[], fits: (one: Successor) => boolean, what: string): State {
    const taken = successors.find(fits);
    if (taken === undefined) throw new Error(`this cannot happen here: ${what}`);
    this.world = taken.state.world;
    this.working.push(this.works);
    return taken.state;
  }

  #scenario(goal: Goal): Scenario {
    return { name: 'a tale', rules: this.#rules, deliveries: [{ goal, begins: 'after' }], disturbances: 99 };
  }
}
