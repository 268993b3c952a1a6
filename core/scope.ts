/** What an answer is about: the whole plan, or one wave of it that was held back. */
export type Scope = 'plan' | `wave-${number}`;

export const scopeOfWave = (wave: number): Scope => `wave-${wave}`;

/** The wave that a question is about. Undefined: it is about the whole plan. */
export const waveOfScope = (scope: Scope): number | undefined =>
  scope === 'plan' ? undefined : Number(scope.slice('wave-'.length));
