/** Markup that is safe to send: made by {@link html} alone, which escapes whatever it is not. */
export class Html {
  readonly #markup: string;

  constructor(markup: string) {
    this.#markup = markup;
  }

  toString(): string {
    return this.#markup;
  }
}

/** What may stand in a template. Text is escaped; nothing else has a way in. */
export type Content = Html | string | number | undefined | readonly Content[];

/** Makes markup of a template. Everything between its literal parts comes out as text, unless it is markup already. */
export function html(parts: TemplateStringsArray, ...contents: readonly Content[]): Html {
  const rest = contents.map((content, index) => render(content) + parts[index + 1]);
  return new Html(parts[0] + rest.join(''));
}

function render(content: Content): string {
  if (content === undefined) return '';
  if (content instanceof Html) return content.toString();
  if (typeof content === 'object') return content.map(render).join('');
  return String(content).replace(/[&<>"']/g, (character) => entities[character] ?? '');
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
