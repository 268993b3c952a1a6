import { request } from 'node:http';

import { candidate, chromePayPlan, OpenDesk, planOf } from '../test/review/open-desk.ts';

/* How soon the review page opens, and how large it is: over HTTP on loopback, before the deployed step. */

export interface Opened {
  readonly status: number;
  readonly firstByteMillis: number;
  readonly bytes: number;
}

export interface OpenedPage extends Opened {
  /** How many secrets the plan is about, of how many. */
  readonly selected: number;
  readonly fleet: number;
  readonly page: number;
}

/** Opens the page of a plan with ChromePay's secrets, and some of the pages of one for ten thousand. */
export async function openPages(times: number): Promise<readonly OpenedPage[]> {
  const desk = await OpenDesk.open();
  try {
    const opened: OpenedPage[] = [];
    for (const [plan, pages] of [
      [chromePayPlan(), [1]],
      [largePlan(), [1, 2, 25, 50]],
    ] as const) {
      const { selected, fleet } = plan.header;
      const { firstApprover: link } = await desk.ask(plan);
      for (const page of pages) {
        opened.push({ selected, fleet: fleet.secrets, page, ...(await usually(`${link}?page=${page}`, times)) });
      }
    }
    return opened;
  } finally {
    await desk.close();
  }
}

/** The middle one of several, after one that warms up. */
async function usually(link: string, times: number): Promise<Opened> {
  await open(link);
  const all: Opened[] = [];
  for (let nth = 0; nth < times; nth += 1) all.push(await open(link));
  return all.toSorted((one, other) => one.firstByteMillis - other.firstByteMillis)[Math.floor(times / 2)] as Opened;
}

const open = (link: string): Promise<Opened> =>
  new Promise((resolve, reject) => {
    const began = performance.now();
    request(link, (response) => {
      let firstByteMillis: number | undefined;
      let bytes = 0;
      response.on('data', (part: Buffer) => {
        firstByteMillis ??= performance.now() - began;
        bytes += part.length;
      });
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, firstByteMillis: firstByteMillis ?? Infinity, bytes }),
      );
    })
      .on('error', reject)
      .end();
  });

/** Ten thousand secrets, three thousand of them due, in batches of five. */
const largePlan = () =>
  planOf(
    Array.from({ length: 3_000 }, (_, nth) =>
      candidate(`prod/low/s-${nth % 100}/key-${nth}`, { service: `s-${nth % 100}` }),
    ),
    Array.from({ length: 7_000 }, (_, nth) => {
      const name = `prod/low/idle/key-${nth}`;
      return {
        name,
        arn: `arn:aws:secretsmanager:us-east-1:111122223333:secret:${name}-AbCdEf`,
        reason: 'notDue' as const,
        reasons: ['notDue'] as const,
      };
    }),
    { secrets: 10_000, services: 100 },
  );
