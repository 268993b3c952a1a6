import { createHash } from 'node:crypto';
import type { Scene } from '../../rehearsal/day/scenario.ts';
import { reportPage } from '../../rehearsal/report-page/report-page.ts';
import type { Played } from '../rehearsal/day/played.ts';

/** Everything that a run leaves behind or says, as text, each under the place where it is. */
export function tracesOf({ report, scene, happenings, logged, executions }: Played): Map<string, string> {
  const { s3, ses, sns, ssm, events, archiveBucket, deskBucket } = scene.cloud;
  const traces = new Map<string, string>();
  for (const bucket of [archiveBucket, deskBucket]) {
    for (const key of s3.keys(bucket)) {
      const versions = s3.history(bucket, key).map(({ bytes }) => Buffer.from(bytes ?? []).toString());
      traces.set(`${bucket === archiveBucket ? 'archive' : 'desk'} ${key}`, versions.join('\n'));
    }
  }
  for (const person of ['platform-oncall@chromepay.example', 'security-oncall@chromepay.example']) {
    traces.set(`mail to ${person}`, JSON.stringify([ses.inbox(person), sns.inbox(person)]));
  }
  traces.set('switch', ssm.value('/keyturn/prod/switch') ?? '');
  traces.set('events', JSON.stringify(events.events()));
  traces.set('log', logged.join('\n'));
  for (const execution of executions) traces.set(`history of ${execution}`, historyOf(scene, execution));
  traces.set('progress', JSON.stringify(happenings));
  traces.set('report.json', JSON.stringify(report));
  traces.set('report.html', reportPage(report));
  return traces;
}

/** An execution's history as an operator reads it, without the one event that hands a token to the desk. */
function historyOf({ cloud }: Scene, executionArn: string): string {
  const reader = 'arn:aws:iam::111122223333:role/reader';
  cloud.account.authorisation.admit(reader, 'administrator');
  const context = cloud.account.authorisation.contextOf(reader);
  const events: { readonly type: string }[] = [];
  let nextToken: string | undefined;
  do {
    const input = { executionArn, maxResults: 1_000, ...(nextToken === undefined ? {} : { nextToken }) };
    const page = cloud.states.call('GetExecutionHistory', input as never, context) as {
      events: { type: string }[];
      nextToken?: string;
    };
    events.push(...page.events);
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  return events
    .map((event) => JSON.stringify(event))
    .filter((text) => !(text.includes('TaskScheduled') && text.includes('taskToken')))
    .join('\n');
}

/** A text as it is, and in every form in which it could be hidden in another. */
export function formsOf(text: string): string[] {
  const hashes = (['hex', 'base64', 'base64url'] as const).map((form) =>
    createHash('sha256').update(text).digest(form).replace(/=+$/, ''),
  );
  const aligned = [0, 1, 2].map((before) => {
    // What stands before a text moves its base64; what depends on neither side is searched for.
    const encoded = Buffer.concat([Buffer.alloc(before), Buffer.from(text)]).toString('base64');
    return encoded.slice(Math.ceil((before * 4) / 3), Math.floor(((before + Buffer.byteLength(text)) * 4) / 3) - 1);
  });
  const forms = [
    text,
    ...aligned,
    ...aligned.map((form) => form.replaceAll('+', '-').replaceAll('/', '_')),
    Buffer.from(text).toString('hex'),
    encodeURIComponent(text),
    new URLSearchParams({ text }).toString().slice('text='.length),
    JSON.stringify(text).slice(1, -1),
    JSON.stringify(JSON.stringify(text)).slice(3, -3),
    text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll("'", '&#39;').replaceAll('<', '&lt;'),
    ...hashes,
  ];
  return [...new Set(forms)];
}

/** Where any form of any of these texts is found. */
export function found(secrets: Iterable<string>, traces: ReadonlyMap<string, string>): string[] {
  const forms = [...secrets].flatMap(formsOf);
  return [...traces].flatMap(([place, text]) => (forms.some((form) => text.includes(form)) ? [place] : []));
}
