import type { Mode } from './plan.ts';

interface ModeWords {
  readonly act: string;
  readonly acts: string;
  readonly done: string;
  /** What is said of a wave that ended well, whose outcome is called `renewed` in every report. */
  readonly well: string;
}

/** What a run does to a secret, in the words that people are told it in. An audit says what a rotation would do. */
export const modeWords: Readonly<Record<Mode, ModeWords>> = {
  audit: { act: 'rotate', acts: 'rotates', done: 'rotated', well: 'renewed' },
  rotate: { act: 'rotate', acts: 'rotates', done: 'rotated', well: 'renewed' },
  restore: { act: 'restore', acts: 'restores', done: 'restored', well: 'renewed' },
  retire: {
    act: 'retire the old credentials of',
    acts: 'retires old credentials of',
    done: 'retired',
    well: 'ended well',
  },
};

/** A word as a sentence begins with it. */
export const capitalised = (word: string): string => `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`;
