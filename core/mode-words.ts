import type { Mode } from './plan.ts';

/** What a run does to a secret, in the words that people are told it in. An audit says what a rotation would do. */
export const modeWords: Readonly<Record<Mode, { readonly act: string; readonly acts: string; readonly done: string }>> =
  {
    audit: { act: 'rotate', acts: 'rotates', done: 'rotated' },
    rotate: { act: 'rotate', acts: 'rotates', done: 'rotated' },
    restore: { act: 'restore', acts: 'restores', done: 'restored' },
    retire: { act: 'retire the old credentials of', acts: 'retires old credentials of', done: 'retired' },
  };

/** A word as a sentence begins with it. */
export const capitalised = (word: string): string => `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`;
