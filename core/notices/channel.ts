import type { Log } from '../ports.ts';
import type { Approver } from '../settings.ts';
import type { Notice, PersonalLink } from './notice.ts';

/** Reaches one approver, and nobody else. */
export interface PersonalChannel {
  readonly name: string;
  /** Whether it knows where they are. */
  reaches(approver: Approver): boolean;
  /** What is written again may arrive twice. */
  write(approver: Approver, notice: Notice, link: PersonalLink | undefined): Promise<void>;
}

/** Reaches whoever follows the deployment. It takes no link, so it can carry none. */
export interface PublicChannel {
  readonly name: string;
  /** What is posted again may arrive twice. */
  post(notice: Notice): Promise<void>;
}

/** Every way to reach people that is set up. */
export interface Channels {
  readonly personal: readonly PersonalChannel[];
  readonly public: readonly PublicChannel[];
}

/**
 * Writes to one approver by every channel that reaches them.
 *
 * @returns the channels that took it. One that did not is in the log and keeps the others from nothing.
 */
export async function writeTo(
  { personal }: Channels,
  approver: Approver,
  { notice, link }: { readonly notice: Notice; readonly link: PersonalLink | undefined },
  log: Log,
): Promise<readonly string[]> {
  const took: string[] = [];
  for (const channel of personal.filter((one) => one.reaches(approver))) {
    const { name } = approver;
    const isTaken = await attempt(() => channel.write(approver, notice, link), log, {
      channel: channel.name,
      to: name,
    });
    if (isTaken) took.push(channel.name);
  }
  return took;
}

/** Posts by every public channel. @returns those that took it. */
export async function postBy({ public: all }: Channels, notice: Notice, log: Log): Promise<readonly string[]> {
  const took: string[] = [];
  for (const channel of all) {
    if (await attempt(() => channel.post(notice), log, { channel: channel.name })) took.push(channel.name);
  }
  return took;
}

/** The log gets the error's name and words. Channels quote neither a token nor what they were given to carry. */
async function attempt(tell: () => Promise<void>, log: Log, where: Readonly<Record<string, string>>): Promise<boolean> {
  try {
    await tell();
    return true;
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error('unknown');
    log.error('a channel did not take a notice', { ...where, error: name, why: message });
    return false;
  }
}
