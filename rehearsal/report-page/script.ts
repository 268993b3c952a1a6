import { Html } from '../../lambdas/review/html.ts';

/**
 * Adds a filter to a page that is complete without it, and unfolds everything for the printer.
 *
 * The page's policy names its hash, so no other script runs.
 */
const text = `
const box = document.getElementById('filter');
const count = document.getElementById('matches');
const folds = [...document.querySelectorAll('details')];
const rows = [...document.querySelectorAll('.one')].map((row) => [row, row.textContent.toLowerCase()]);
const before = folds.map((fold) => fold.open);
document.getElementById('finding').hidden = rows.length === 0;
box.addEventListener('input', () => {
  const words = box.value.trim().toLowerCase().split(/\\s+/).filter(Boolean);
  let shown = 0;
  for (const [row, text] of rows) {
    row.hidden = !words.every((word) => text.includes(word));
    if (!row.hidden) shown += 1;
  }
  for (const body of document.querySelectorAll('tbody:has(.one)')) body.hidden = !body.querySelector('.one:not([hidden])');
  folds.forEach((fold, index) => { fold.open = words.length > 0 ? fold.querySelector('.one:not([hidden])') !== null : before[index]; });
  count.textContent = words.length > 0 ? shown + ' of ' + rows.length + ' shown' : '';
});
addEventListener('beforeprint', () => { for (const fold of folds) fold.open = true; });
`;

export const script = { text, element: new Html(`<script>${text}</script>`) };
