import { overlap } from './principal.ts';
import type { Approver } from './settings.ts';

/** Whether two names stand for one person. Letters' case and blanks around a name make nobody another person. */
export const isSamePerson = (one: string, other: string): boolean => folded(one) === folded(other);

/** Whether an approver is the one who asked for a run, by any name that the settings know them by. */
export const askedForIt = ({ name, email, principal }: Approver, requestedBy: string): boolean =>
  isSamePerson(name, requestedBy) ||
  isSamePerson(email, requestedBy) ||
  (principal !== undefined && overlap(principal, requestedBy.trim()));

const folded = (name: string) => name.normalize('NFKC').trim().toLowerCase();
