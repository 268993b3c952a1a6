import * as z from 'zod';

import type { Run } from '../../core/plan.ts';
import { SecretValue } from '../../core/secret-value.ts';
import { digest, run, scope } from '../shapes.ts';

const question = z.object({
  /** Whether people are asked for the first time, or reminded that they were. */
  goal: z.enum(['ask', 'remind']).default('ask'),
  run,
  digest,
  /** The whole plan, or the wave that waits for an approval of its own. */
  scope: scope.default('plan'),
  requestedBy: z.string().min(1),
  taskToken: z
    .string()
    .min(1)
    .transform((token) => new SecretValue(token)),
});

/** What EventBridge says when an answer has come into the archive: its key names the run, the question and who answered. */
const answered = z
  .object({
    source: z.literal('aws.s3'),
    detail: z.object({
      object: z.object({
        key: z
          .string()
          .regex(/^runs\/[A-Za-z0-9_-]{1,80}\/answers\/(plan|wave-[1-9]\d{0,4})\/[a-z0-9._-]{1,128}\.json$/),
      }),
    }),
  })
  .transform(({ detail }) => {
    const [, name = '', , about = '', file = ''] = detail.object.key.split('/');
    const approver = file.slice(0, -'.json'.length);
    return { goal: 'tell' as const, run: name as Run, scope: scope.parse(about), approver };
  });

const event = z.union([answered, question]);

export type Question = z.infer<typeof question>;
export type Answered = z.infer<typeof answered>;

export const parseEvent = (given: unknown): Question | Answered => event.parse(given);
