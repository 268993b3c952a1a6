import { isKnownRequester } from '../../core/approval/person.ts';
import { archiveKeys } from '../../core/archive-keys.ts';
import { type Instant, instant } from '../../core/instant.ts';
import { findDocument } from '../../core/past-runs/run-story.ts';
import type { Run } from '../../core/plan.ts';
import type { Clock, Hash, Log } from '../../core/ports.ts';
import type { Random } from '../../core/random.ts';
import type { Settings } from '../../core/settings.ts';
import { isTimely, type ScheduleName, type Start, scheduledRun, scheduledStart, wishedRun } from '../../core/start.ts';
import { bodyText, type SignedRequest } from '../http-api.ts';
import { type JsonResponse, json, refusal } from '../json-response.ts';
import { type BeginPorts, type Begun, begin } from './begin.ts';
import { parseEvent, parseWish } from './event.ts';

export interface StartRunPorts extends BeginPorts {
  readonly settings: Pick<Settings, 'schedules' | 'approvers' | 'requesters'>;
  readonly random: Random;
  readonly hash: Hash;
  readonly clock: Clock;
  readonly log: Log;
}

/** What a schedule learns. Nobody reads it but whoever looks into a log. */
export interface Started {
  readonly run: Run;
  readonly begun: Begun;
}

/** A schedule's moment is over, or has not come. Not retryable: the next one is another run. */
export class NotTimelyError extends Error {
  override readonly name = 'NotTimelyError';

  constructor(schedule: ScheduleName, at: Instant, options?: ErrorOptions) {
    const moment = new Date(at).toISOString();
    super(
      `the run of schedule ${schedule} for ${moment} is not started now; start one by hand, if it is wanted`,
      options,
    );
  }
}

/**
 * Starts runs, for schedules and for people, and puts on record who asked.
 *
 * It is the only one that may. Who asks is whom AWS says: nothing that a caller writes can make it somebody else.
 */
export const startRun =
  (ports: StartRunPorts) =>
  async (given: unknown): Promise<JsonResponse | Started> => {
    const event = parseEvent(given);
    if (event.kind === 'asked') return answer(ports, event.request);

    const { clock, log, settings } = ports;
    const { schedule, at } = event;
    if (!isTimely(at, clock.now())) throw new NotTimelyError(schedule, at);
    const run = scheduledRun(schedule, at);
    const begun = await begin(ports, run, scheduledStart(schedule, settings.schedules));
    log.info('run started', { run, requestedBy: `schedule:${schedule}`, begun });
    return { run, begun };
  };

async function answer(ports: StartRunPorts, request: SignedRequest): Promise<JsonResponse> {
  const { log } = ports;
  const requestedBy = request.requestContext.authorizer?.iam.userArn;
  if (requestedBy === undefined || requestedBy.endsWith(':root')) {
    log.warn('a start by nobody is refused', { requestedBy });
    return refusal(
      403,
      'nobody',
      'Runs are started by an IAM user or role, not by nobody, and not by the root account.',
    );
  }
  const text = bodyText(request);
  if (text === undefined) return refusal(413, 'tooLong', 'The body is too long.');
  const wish = parseWish(text);
  if ('length' in wish) {
    log.warn('a start is malformed', { requestedBy, problems: wish });
    return refusal(400, 'malformed', `The run was not started: ${wish.join('; ')}.`, { problems: wish });
  }

  if (wish.wish.mode !== 'audit' && !isKnownRequester(requestedBy, ports.settings)) {
    log.warn('a start by somebody whom the settings do not know is refused', { requestedBy });
    return refusal(403, 'unknownRequester', unknownRequester(requestedBy), { requestedBy });
  }

  const token = wish.token ?? ports.random.uuid();
  const start: Start = { ...wish.wish, requestedBy };
  try {
    return await startOnce(ports, start, token);
  } catch (error) {
    log.error('a run could not be started', { requestedBy, error: error instanceof Error ? error.name : 'unknown' });
    return refusal(
      503,
      'notNow',
      'Something that is needed to start a run does not answer. Ask again with the same token.',
    );
  }
}

const unknownRequester = (requestedBy: string): string =>
  `The settings do not know ${requestedBy}, so nobody could say that who approves the run is somebody else. It is to stand as ` +
  'principal in the entry of an approver whose it is, or in requesters, if it is nobody’s who approves. An audit anybody may ask for.';

async function startOnce(ports: StartRunPorts, start: Start, token: string): Promise<JsonResponse> {
  const { log } = ports;
  const run = await nameOf(ports, start, token);
  const begun = await begin(ports, run, start);
  const { mode, requestedBy } = start;
  if (begun === 'other') {
    log.warn('a token is used for two runs', { run, requestedBy });
    return refusal(409, 'tokenTaken', `Run ${run} was started with this token, as another. Use a new token.`, { run });
  }
  log.info('run started', { run, mode, requestedBy, begun });
  return json(begun === 'underWay' ? 201 : 200, { run, mode, requestedBy, why: start.why, begun });
}

/** The run that this token named yesterday, if it is asked for again past midnight; otherwise today's. */
async function nameOf({ archive, clock, hash }: StartRunPorts, start: Start, token: string): Promise<Run> {
  const now = clock.now();
  const yesterdays = wishedRun(start, token, instant(now - 86_400_000), hash);
  const isAskedAgain = (await findDocument(archive, archiveKeys.start(yesterdays))) !== undefined;
  return isAskedAgain ? yesterdays : wishedRun(start, token, now, hash);
}
