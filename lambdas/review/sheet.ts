import type { PlannedSecret } from '../../core/plan.ts';
import type { NotPlanned } from '../../core/planning/draft.ts';
import type { Dossier } from './dossier.ts';

/** More entries than this make a page that no phone likes. */
export const entriesPerSheet = 200;

export type Row = PlannedSecret & { readonly wave: number };

/** The secrets that one page lists: those that are rotated first, then those that are left alone. */
export interface Sheet {
  /** Counted from 1. */
  readonly page: number;
  readonly pages: number;
  readonly rows: readonly Row[];
  readonly reasons: readonly ReasonOnSheet[];
}

/** Why secrets are left alone, how many, and those of them that this page names. */
export interface ReasonOnSheet {
  readonly reason: NotPlanned['reason'];
  readonly count: number;
  readonly named: readonly NotPlanned[];
  /** On which page the first of them is named. */
  readonly firstPage: number;
}

/**
 * Lays a plan's secrets onto pages: by tier as they ascend in risk, by service, by name; then what is left alone, the most
 * frequent reason first. A page that there is not is the nearest that there is.
 */
export function sheetOf({ batches, leftAlone }: Dossier, tiers: readonly string[], asked: number): Sheet {
  const rows = sorted(
    batches.flatMap(({ wave, secrets }) => secrets.map((secret): Row => ({ ...secret, wave }))),
    tiers,
  );
  const pages = Math.max(1, Math.ceil((rows.length + leftAlone.length) / entriesPerSheet));
  const page = Math.min(Math.max(asked, 1), pages);
  const [start, end] = [(page - 1) * entriesPerSheet, page * entriesPerSheet];

  let at = rows.length;
  const reasons = byFrequency(leftAlone).map(([reason, secrets]): ReasonOnSheet => {
    const first = at;
    at += secrets.length;
    return {
      reason,
      count: secrets.length,
      named: secrets.slice(Math.max(0, start - first), Math.max(0, end - first)),
      firstPage: Math.floor(first / entriesPerSheet) + 1,
    };
  });
  return { page, pages, rows: rows.slice(start, end), reasons };
}

function sorted(rows: readonly Row[], tiers: readonly string[]): Row[] {
  const rank = new Map(tiers.map((tier, index) => [tier, index]));
  const rankOf = ({ tier }: Row) => rank.get(tier) ?? tiers.length;
  return rows.toSorted(
    (one, other) =>
      rankOf(one) - rankOf(other) ||
      inOrder(one.tier, other.tier) ||
      inOrder(one.service, other.service) ||
      inOrder(one.name, other.name),
  );
}

const inOrder = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);

const byFrequency = (leftAlone: readonly NotPlanned[]) =>
  [...Map.groupBy(leftAlone, ({ reason }) => reason)].sort(([, one], [, other]) => other.length - one.length);
