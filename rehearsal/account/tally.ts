/** Counts what each principal did. */
export class Tally {
  readonly #counts = new Map<string, Map<string, number>>();

  add(principal: string, what: string): void {
    const counts = this.#counts.get(principal) ?? new Map<string, number>();
    this.#counts.set(principal, counts.set(what, (counts.get(what) ?? 0) + 1));
  }

  /** How often one principal did what. */
  of(principal: string): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counts.get(principal) ?? []);
  }

  /** How often anything was done, by anybody or by those chosen. */
  total(isChosen: (principal: string) => boolean = () => true): number {
    let total = 0;
    for (const [principal, counts] of this.#counts) {
      if (isChosen(principal)) for (const count of counts.values()) total += count;
    }
    return total;
  }

  get principals(): readonly string[] {
    return [...this.#counts.keys()];
  }
}
