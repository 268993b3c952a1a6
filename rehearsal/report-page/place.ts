import { type Content, type Html, html } from '../../lambdas/review/html.ts';

/** Where on the page a run is told of: alone on it, or in a part of its own beneath its headline. */
export class Place {
  readonly #prefix: string;
  readonly #level: number;
  /** What names a section beside its own title: sections of several runs have the same titles. */
  readonly #within: string;

  private constructor(prefix: string, level: number, within = '') {
    this.#prefix = prefix;
    this.#level = level;
    this.#within = within;
  }

  /** The whole page. */
  static readonly page = new Place('', 2);

  /** The part that belongs to one run of several, counted from 1. */
  static part(number: number): Place {
    return new Place(`run-${number}-`, 3, `run-${number} `);
  }

  /** What a link in this place leads to. */
  id(name: string): string {
    return `${this.#prefix}${name}-title`;
  }

  section(name: string, title: Content, ...body: readonly Content[]): Html {
    const id = this.id(name);
    return html`<section aria-labelledby="${this.#within}${id}"><h${this.#level} id="${id}">${title}</h${this.#level}>
${body}</section>`;
  }

  /** A title within a section. */
  subtitle(text: Content): Html {
    return html`<h${this.#level + 1}>${text}</h${this.#level + 1}>`;
  }
}
