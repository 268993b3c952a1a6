/**
 * A secret's value, which shows itself to nobody by accident.
 *
 * Whatever prints, joins or serialises it gets a placeholder: only {@link reveal} gives the value, so that a search for
 * that word finds every place that could leak it.
 */
export class SecretValue {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return '[secret]';
  }

  toJSON(): string {
    return '[secret]';
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return '[secret]';
  }
}
