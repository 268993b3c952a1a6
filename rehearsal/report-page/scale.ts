import type { Instant } from '../../core/instant.ts';
import { isWait, type Lane, lengthOf, type Phase } from './phases.ts';

/** A phase and its place in its lane, in percent of the lane's width. */
export interface PlacedPhase extends Phase {
  readonly x: number;
  readonly width: number;
  /** It is drawn shorter than it was, and says so. */
  readonly isCut: boolean;
}

/** How time becomes width, the same in every lane. */
export interface Scale {
  /** Percent of the width that a millisecond of what is not cut takes. */
  readonly perMilli: number;
  place(lane: Lane): readonly PlacedPhase[];
}

/** What a wait that is cut takes of the width, if there is room for it, and what all those of a lane take at most. */
const cutWidth = 17;
const mostCut = 60;

/**
 * Work takes seconds and waits take hours, so no single scale shows both. All work is drawn to one scale; a wait that is
 * longer than the longest piece of work is cut, and always as wide as every other that is cut.
 */
export function scaleOf(lanes: readonly Lane[]): Scale {
  const work = lanes.flatMap(({ phases }) => phases.filter((phase) => !isWait(phase)).map(lengthOf));
  const longest = Math.max(0, ...work);
  const isCut = (phase: Phase): boolean => isWait(phase) && lengthOf(phase) > longest;

  const cutsOf = ({ phases }: Lane): number => phases.filter(isCut).length;
  const widthOfCut = Math.min(cutWidth, mostCut / Math.max(1, ...lanes.map(cutsOf)));
  const perMilli = Math.min(
    ...lanes.map((lane) => {
      const drawn = lane.phases.filter((phase) => !isCut(phase)).reduce((sum, phase) => sum + lengthOf(phase), 0);
      return drawn === 0 ? Infinity : (100 - widthOfCut * cutsOf(lane)) / drawn;
    }),
  );

  return {
    perMilli,
    place({ phases }) {
      let x = 0;
      return phases.map((phase) => {
        const width = isCut(phase) ? widthOfCut : lengthOf(phase) * perMilli;
        const placed = { ...phase, x, width, isCut: isCut(phase) };
        x += width;
        return placed;
      });
    },
  };
}

/** Where a moment lies in a lane, in percent; undefined when the lane was not at anything then. */
export function positionOf(at: Instant, placed: readonly PlacedPhase[]): number | undefined {
  const phase = placed.find(({ from, to }) => from <= at && at <= to);
  return phase && phase.x + (phase.width * (at - phase.from)) / lengthOf(phase);
}
