import type { Notice, PersonalLink } from '../core/notices/notice.ts';

/**
 * A notice as an HTML mail: one column, light and dark, and nothing in it that is fetched from anywhere.
 *
 * Styles stand on the elements, since many readers of mail drop a sheet; the sheet only turns them dark where it is kept.
 */
export function noticeHtml(notice: Notice, link: PersonalLink | undefined): string {
  const { subject, lead, facts, sections, references } = notice;
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width">',
    '<meta name="color-scheme" content="light dark">',
    '<meta name="supported-color-schemes" content="light dark">',
    '<meta name="format-detection" content="telephone=no,date=no,address=no,email=no,url=no">',
    `<title>${escaped(subject)}</title>`,
    `<style>${sheet}</style>`,
    '</head>',
    `<body class="page" style="margin:0;padding:0;${page}">`,
    `<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" class="page" style="${page}">`,
    '<tr><td align="center" style="padding:24px 12px">',
    '<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" class="sheet" ' +
      `style="max-width:600px;text-align:left;${paper}">`,
    '<tr><td class="inside" style="padding:28px 28px 24px">',
    `<p class="quiet" style="margin:0 0 14px;font-size:13px;letter-spacing:.02em;${quiet}">${escaped(subject)}</p>`,
    `<h1 style="margin:0 0 20px;font-size:21px;line-height:1.35;font-weight:650">${shown(lead)}</h1>`,
    factTable(facts),
    link === undefined ? '' : button(link),
    ...sections.map(
      ({ title, lines }) =>
        `<h2 style="margin:24px 0 6px;font-size:15px;font-weight:650">${escaped(title)}</h2>` +
        `<ul style="margin:0;padding:0 0 0 18px">${lines.map((line) => `<li style="margin:3px 0;overflow-wrap:anywhere;word-break:break-word">${shown(line)}</li>`).join('')}</ul>`,
    ),
    `<div class="quiet rule" style="margin:26px 0 0;padding:14px 0 0;border-top:1px solid #d9dde3;font-size:12px;${quiet}">`,
    ...references.map(
      ({ name, value }) => `<p style="margin:2px 0;word-break:break-all">${escaped(name)}: ${escaped(value)}</p>`,
    ),
    '</div>',
    '</td></tr></table>',
    '</td></tr></table>',
    '</body>',
    '</html>',
  ]
    .filter((line) => line !== '')
    .join('\n');
}

const page = 'background-color:#f1f3f6';
const paper =
  'background-color:#ffffff;color:#1b2430;border-radius:10px;font-size:15px;line-height:1.5;' +
  'font-family:-apple-system,Segoe UI,Roboto,Helvetica,Arial,sans-serif';
const quiet = 'color:#586474';

const sheet = [
  ':root{color-scheme:light dark;supported-color-schemes:light dark}',
  '@media (prefers-color-scheme:dark){',
  '.page{background-color:#12161c!important}',
  '.sheet{background-color:#1c222b!important;color:#e8ecf1!important}',
  '.quiet{color:#a3afbd!important}',
  '.rule{border-color:#37414e!important}',
  '.button{background-color:#8ab4f8!important;color:#0d1420!important}',
  '}',
  '@media (max-width:480px){',
  '.inside{padding:22px 18px 20px!important}',
  '.name,.value{display:block!important;width:auto!important}',
  '.name{padding:10px 0 0!important;font-size:13px!important}.value{padding:0!important}',
  '.button{display:block!important;text-align:center}',
  '}',
].join('');

const factTable = (facts: Notice['facts']): string =>
  facts.length === 0
    ? ''
    : '<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="margin:0 0 4px">' +
      facts
        .map(
          ({ name, value }) =>
            `<tr><td class="name quiet" valign="top" style="padding:4px 14px 4px 0;width:112px;${quiet}">${escaped(name)}</td>` +
            `<td class="value" valign="top" style="padding:4px 0;overflow-wrap:anywhere;word-break:break-word">${shown(value)}</td></tr>`,
        )
        .join('') +
      '</table>';

/** `ses:no-track` keeps SES from replacing the link by one of its own, even where a configuration set counts clicks. */
const button = ({ url, label, warning }: PersonalLink): string =>
  '<p style="margin:20px 0 8px">' +
  `<a ses:no-track class="button" href="${escaped(url)}" rel="noreferrer" style="display:inline-block;padding:12px 22px;` +
  `border-radius:8px;background-color:#1a56b8;color:#ffffff;font-weight:650;text-decoration:none">${escaped(label)}</a></p>` +
  `<p class="quiet" style="margin:0;font-size:13px;${quiet}">${escaped(warning)}</p>`;

/** A moment stays on one line. */
const shown = (text: string): string =>
  escaped(text).replace(/\d{4}-\d\d-\d\d \d\d:\d\d UTC/g, '<span style="white-space:nowrap">$&</span>');

const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => entities[character] ?? '');

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
