import * as z from 'zod';

import { oneLine } from '../../core/plain-text.ts';
import { type ScheduleName, type StartableMode, scheduledModes, startable, type Wish } from '../../core/start.ts';
import { signedRequest } from '../http-api.ts';
import { moment, run } from '../shapes.ts';

/** A schedule whose moment has come, or somebody at the API. */
const event = z.union([
  z
    .object({ schedule: z.enum(Object.keys(scheduledModes) as [ScheduleName]), at: moment })
    .transform((scheduled) => ({ kind: 'scheduled' as const, ...scheduled })),
  signedRequest.transform((request) => ({ kind: 'asked' as const, request })),
]);

export type StartRunEvent = z.infer<typeof event>;

export const parseEvent = (given: unknown): StartRunEvent => event.parse(given);

/** What a caller wants, and under which token it may ask again for the same. */
export interface TokenedWish {
  readonly wish: Wish;
  readonly token: string | undefined;
}

const longestWhy = 300;
const modes = Object.keys(startable) as [StartableMode];

const fields = z.strictObject({
  mode: z.enum(modes, { error: `is none that can be started; use one of ${modes.join(', ')}` }),
  why: z
    .string({ error: 'is missing; say why, for those who are to approve it' })
    .overwrite(oneLine)
    .min(1, { error: 'is empty; say why, for those who are to approve it' })
    .max(longestWhy, { error: `is longer than ${longestWhy} characters; say it shorter` }),
  token: z
    .string({ error: 'is no text' })
    .regex(/^[!-~]{8,100}$/, { error: 'is no token; use 8 to 100 printable characters, a new one for each run' })
    .exactOptional(),
  of: run.exactOptional(),
  secrets: z
    .array(z.string().min(1).max(512), { error: 'is no list of names' })
    .min(1, { error: 'is empty; leave it out for all' })
    .max(1_000, { error: 'has more than 1,000 names; leave it out for all' })
    .exactOptional(),
});

/** What goes back over another run names it, and nothing else names one. */
const wish = fields.superRefine(({ mode, of, secrets }, context) => {
  const { goesBack } = startable[mode];
  const wrong = (field: string, message: string) => context.addIssue({ code: 'custom', path: [field], message });
  if (goesBack && of === undefined) wrong('of', 'is missing; name the run to go back over');
  if (!goesBack && of !== undefined) wrong('of', `is of no use to ${mode}; leave it out`);
  if (!goesBack && secrets !== undefined) wrong('secrets', `is of no use to ${mode}; leave it out`);
});

/** Reads the body. A list says what is wrong with it, field by field. */
export function parseWish(text: string): TokenedWish | readonly string[] {
  const parsed = wish.safeParse(parseJson(text), { error: explain });
  if (!parsed.success) return parsed.error.issues.map(({ path, message }) => [...path, message].join(' '));
  const { token, ...rest } = parsed.data;
  return { wish: rest, token };
}

function explain(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code === 'unrecognized_keys') return `there is no field ${issue.keys.join(', ')}; leave it out`;
  return (issue.path ?? []).length === 0 ? 'the body is no JSON object; send {"mode": …, "why": …}' : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
