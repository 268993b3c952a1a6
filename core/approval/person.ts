import type { Approver, Settings } from '../settings.ts';
import { covers, overlap } from './principal.ts';

/** Whether two names stand for one person. Letters' case and blanks around a name make nobody another person. */
export const isSamePerson = (one: string, other: string): boolean => folded(one) === folded(other);

/** Whether an approver is the one who asked for a run, by any name that the settings know them by. */
export const askedForIt = ({ name, email, principal }: Approver, requestedBy: string): boolean =>
  isSamePerson(name, requestedBy) ||
  isSamePerson(email, requestedBy) ||
  (principal !== undefined && overlap(principal, requestedBy.trim()));

/**
 * Whether the settings know who asked for a run: a schedule, an approver, or somebody who is none. Of anybody else nobody can
 * say that they are not one of those who approve.
 */
export const isKnownRequester = (
  requestedBy: string,
  { approvers, requesters }: Pick<Settings, 'approvers' | 'requesters'>,
): boolean =>
  requestedBy.startsWith('schedule:') ||
  approvers.some((approver) => askedForIt(approver, requestedBy)) ||
  requesters.some(({ principal }) => covers(principal, requestedBy));

const folded = (name: string) => name.normalize('NFKC').trim().toLowerCase();
