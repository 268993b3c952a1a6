import type { Notice, PersonalLink } from '../../core/notices/notice.ts';
import type { Approver } from '../../core/settings.ts';

/* What the tests of channels give them to carry. */

export const firstApprover: Approver = {
  name: 'first-approver',
  email: 'first-approver@example.com',
  slackUser: 'U012ABCDEF',
};

export const notice: Notice = {
  subject: 'Keyturn prod: rotate 2 secrets?',
  lead: 'Rotate 2 of 5 secrets in 1 wave.',
  facts: [{ name: 'Why', value: 'They are due' }],
  sections: [{ title: 'Waves', lines: ['Wave 1: 2 secrets, low'] }],
  references: [{ name: 'Run', value: 'run-1' }],
};

export const link: PersonalLink = {
  url: 'https://desk.example.com/review/run-1/the-link',
  label: 'See the plan and decide',
  warning: 'The link is yours alone.',
};

/** What somebody would write who wants more than to be quoted. */
export const hostile: Notice = {
  subject: 'Große\r\nBcc: all@example.com <!channel>',
  lead: '<script>alert(1)</script> & <@U999>',
  facts: [{ name: '"><img src=x>', value: '<https://evil.example|click> \'"&' }],
  sections: [{ title: '<b>bold</b>', lines: ['<!here> & more'] }],
  references: [{ name: '<i>', value: '<u>' }],
};
