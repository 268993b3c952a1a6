import type { Drawn } from './draw.ts';
import type { Ground } from './ground.ts';
import { type Meddling, playDrawn, type Simulated } from './simulate.ts';

/** Leaves out whatever it fails without: parts, what goes wrong in them, then secrets. It keeps breaking the same promise. */
export async function shrink(ground: Ground, failing: Simulated, meddling: Meddling = {}): Promise<Simulated> {
  const promise = failing.broken[0]?.promise;
  let least = failing;
  const tryWith = async (less: Partial<Drawn>) => {
    const smaller = await playDrawn(ground, { ...least.drawn, ...less }, meddling);
    if (smaller.broken.some((one) => one.promise === promise)) least = smaller;
  };
  for (const one of failing.drawn.parts) await tryWith({ parts: least.drawn.parts.filter((other) => other !== one) });
  for (const one of failing.drawn.parts.flatMap(({ disturbances }) => disturbances)) {
    const parts = least.drawn.parts.map((part) => ({
      ...part,
      disturbances: part.disturbances.filter((other) => other !== one),
    }));
    await tryWith({ parts });
  }
  for (const one of failing.drawn.entries) {
    const entries = least.drawn.entries.filter((other) => other !== one);
    if (entries.length > 0) await tryWith({ entries });
  }
  return least;
}
