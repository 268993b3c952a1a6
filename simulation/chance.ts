import { seeded } from '../rehearsal/seed.ts';

/** What a run's seed decides, one question after the other. Each salt is a chance of its own. */
export type Chance = ReturnType<typeof chanceOf>;

export function chanceOf(seed: number, salt: number) {
  const random = seeded(seed ^ salt);
  const below = (bound: number) => Math.floor(random() * bound);
  return {
    below,
    oneIn: (many: number) => below(many) === 0,
    pick: <T>(list: readonly T[]): T => list[below(list.length)] as T,
    hex: (length: number) => Array.from({ length }, () => below(16).toString(16)).join(''),
  };
}
