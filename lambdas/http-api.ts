import * as z from 'zod';

/* Requests that API Gateway has authenticated by IAM. */

/** A request as an HTTP API hands it over (payload 2.0), as far as steps for programs care. */
export const signedRequest = z.object({
  requestContext: z.object({
    http: z.object({ method: z.string() }),
    /** Whom API Gateway authenticated. Absent: nobody, so the route is not what it should be. */
    authorizer: z.object({ iam: z.object({ userArn: z.string() }) }).optional(),
  }),
  rawPath: z.string().default(''),
  body: z.string().default(''),
  isBase64Encoded: z.boolean().default(false),
});

export type SignedRequest = z.infer<typeof signedRequest>;

/** Longer than any body that makes sense, in bytes: with who asked, it still is an input that Step Functions takes. */
const longestBody = 250_000;

/** The body's text, or undefined when it is longer than any that makes sense. */
export function bodyText({ body, isBase64Encoded }: SignedRequest): string | undefined {
  if (body.length > longestBody * 2) return undefined;
  const text = isBase64Encoded ? Buffer.from(body, 'base64').toString('utf8') : body;
  return Buffer.byteLength(text) > longestBody ? undefined : text;
}
