/** Whether two names stand for one person. Letters' case and blanks around a name make nobody another person. */
export const isSamePerson = (one: string, other: string): boolean => folded(one) === folded(other);

const folded = (name: string) => name.normalize('NFKC').trim().toLowerCase();
