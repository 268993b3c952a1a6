import { type Html, html } from './html.ts';
import type { Sheet } from './sheet.ts';

/** The way to the other pages of a long plan. Opening one changes nothing, like opening the link itself. */
export function sheetsNavigation({ page, pages }: Sheet, label: string): Html | undefined {
  if (pages === 1) return undefined;
  return html`<nav class="sheets" aria-label="${label}"><ul>
${page > 1 ? html`<li><a href="?page=1#list">First</a></li><li><a href="?page=${page - 1}#list" rel="prev">Previous</a></li>` : undefined}
<li aria-current="page">Page ${page} of ${pages}</li>
${page < pages ? html`<li><a href="?page=${page + 1}#list" rel="next">Next</a></li><li><a href="?page=${pages}#list">Last</a></li>` : undefined}
</ul></nav>`;
}
