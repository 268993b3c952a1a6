import type { Guardrail } from '../plan.ts';
import type { Caps } from '../settings.ts';

/**
 * Holds a selection against both caps. Exactly at a cap is within; both must be within.
 *
 * Shares of the fleet are compared as whole numbers, a percentage being exact to a millionth, so that no selection
 * passes or fails by a rounding error. What cannot be compared is exceeded.
 */
export function judgeCaps(
  caps: Pick<Caps, 'secrets' | 'percentOfFleet'>,
  { selected, fleet }: { readonly selected: number; readonly fleet: number },
): readonly Guardrail[] {
  const withinShare = selected * 100 * 1_000_000 <= Math.round(caps.percentOfFleet * 1_000_000) * fleet;
  return [
    {
      name: 'secrets',
      verdict: selected <= caps.secrets ? 'within' : 'exceeded',
      actual: selected,
      limit: caps.secrets,
      unit: 'secrets',
    },
    {
      name: 'percentOfFleet',
      verdict: withinShare ? 'within' : 'exceeded',
      actual: percent(selected, fleet),
      limit: caps.percentOfFleet,
      unit: '% of the fleet',
    },
  ];
}

/** In hundredths, rounded up, so that what exceeds a cap never reads as if it were at it. */
const percent = (selected: number, fleet: number): number =>
  selected === 0 ? 0 : fleet === 0 ? 100 : Math.ceil((selected * 10_000) / fleet) / 100;
