import { Html } from './html.ts';

/**
 * The page's one script. Everything works without it: it adds a filter to long tables, and keeps the progress up to date.
 *
 * What it fetches is this very page, whose text has been escaped where it was made; nothing in it is run.
 */
const text = `
(() => {
  const rows = [...document.querySelectorAll('#secrets tbody tr:has(td)')];
  const title = document.getElementById('secrets-title');
  if (rows.length > 10 && title) {
    const part = document.createElement('p');
    part.className = 'filter';
    part.innerHTML = '<label for="filter">Show only secrets or services with</label>'
      + '<input id="filter" type="search" autocomplete="off" spellcheck="false"><span role="status"></span>';
    title.after(part);
    const texts = rows.map((row) =>
      (row.textContent + ' ' + row.parentElement.querySelector('th').textContent).toLowerCase());
    part.querySelector('input').addEventListener('input', ({ target }) => {
      const wanted = target.value.trim().toLowerCase();
      let shown = 0;
      rows.forEach((row, at) => {
        row.hidden = !texts[at].includes(wanted);
        if (!row.hidden) shown += 1;
      });
      for (const group of document.querySelectorAll('#secrets tbody, #secrets details')) {
        group.hidden = !group.querySelector('tr:has(td):not([hidden])');
        if (wanted !== '') group.open = true;
      }
      part.querySelector('[role=status]').textContent = wanted === '' ? '' : shown + ' of ' + rows.length + ' shown';
    });
  }

  const running = () => document.querySelector('#progress[data-running]');
  const look = async () => {
    if (!document.hidden) {
      try {
        const response = await fetch(location.pathname, { cache: 'no-store', credentials: 'same-origin' });
        const fresh = new DOMParser().parseFromString(await response.text(), 'text/html');
        if (response.ok && fresh.title !== document.title) return location.replace(location.pathname);
        for (const id of ['now', 'waves']) {
          const [old, next] = [document.getElementById(id), fresh.getElementById(id)];
          if (old && next && old.innerHTML !== next.innerHTML) old.replaceChildren(...next.childNodes);
        }
        if (fresh.querySelector('#progress:not([data-running])')) running().removeAttribute('data-running');
      } catch {}
    }
    if (running()) setTimeout(look, 5000);
  };
  if (running()) setTimeout(look, 5000);
})();
`;

export const script = { text, element: new Html(`<script>${text}</script>`) };
