import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { table } from '../bin/table.ts';
import settings from '../chromepay.config.ts';
import { instant } from '../core/instant.ts';
import { payloadLimitBytes } from '../rehearsal/aws/states/json.ts';
import type { RehearsalReport } from '../rehearsal/day/report.ts';
import { bundleStep, steps } from './bundle.ts';
import { fleetOf } from './fleet.ts';
import { openPages } from './page.ts';
import { type Rehearsed, rehearsed } from './rehearsal.ts';
import { callCosts } from './replica.ts';

const help = `Measures, in one run on this machine, what Keyturn costs: calls per rotated secret, time, bytes, and how soon its page opens.

  npm run bench                  fleets of 1,000 and 10,000 secrets beside ChromePay's 127
  npm run bench -- 1000          other sizes, as many as given

What it prints is left as JSON in out/bench.json.
Exit code: 0 when every figure is as promised, 1 when one is not, 2 for wrong usage.`;

const given = process.argv.slice(2);
if (given.includes('--help')) {
  console.log(help);
  process.exit(0);
}
const wrong = given.find((size) => !/^[1-9]\d{0,5}$/.test(size));
if (wrong !== undefined) {
  console.error(`${wrong} is no size of a fleet; give a whole number, up to 999999\nSee: npm run bench -- --help`);
  process.exit(2);
}

/**
 * What AWS's own template calls of Secrets Manager for one rotation of a PostgreSQL login, counted in its source: four
 * DescribeSecret before the steps; create: GetSecretValue twice, GetRandomPassword, PutSecretValue; set: GetSecretValue
 * three times; test: once; finish: DescribeSecret, UpdateSecretVersionStage.
 *
 * aws-samples/aws-secrets-manager-rotation-lambdas, SecretsManagerRDSPostgreSQLRotationSingleUser/lambda_function.py
 */
const callsOfTemplate = 14;

/** The afternoon of the incident: the first wave waits for its window. */
const afternoon = instant(Date.UTC(2026, 10, 18, 19, 15));
/** The same day, at the beginning of the window: the fleet's services need not live through the waiting. */
const night = instant(Date.UTC(2026, 10, 18, 2));

/** A page of a plan is smaller than this, whatever the fleet. */
const pageLimitBytes = 100_000;

const root = join(import.meta.dirname, '..');
const inventory = await readFile(join(root, 'rehearsal/chromepay/inventory.json'), 'utf8');
const sizes = given.length > 0 ? given.map(Number) : [1_000, 10_000];
const number = (value: number, digits = 0) => value.toLocaleString('en', { maximumFractionDigits: digits });

const calls = await callCosts();
const goodDay = await rehearsed(settings, inventory, afternoon);
const { report } = goodDay;
const toSecretsManager = countOf(report, /^secretsmanager:/);
const perSecret = {
  secretsManager: toSecretsManager / report.rotated,
  invocations: countOf(report, /^lambda:Invoke$/) / report.rotated,
  transitions: countOf(report, /^states:transitions$/) / report.rotated,
};

console.log('\nThe good day of ChromePay, targets simulated\n');
print([
  ['outcome', `${report.outcome}, ${report.rotated} of ${report.selected} rotated`, ''],
  [
    'Secrets Manager calls a rotated secret',
    number(perSecret.secretsManager, 2),
    `${number(perSecret.secretsManager / callsOfTemplate, 2)} of the ${callsOfTemplate} of AWS's template; at most 7 promised`,
  ],
  ['Lambda invocations a rotated secret', number(perSecret.invocations, 2), 'at most 1 promised'],
  ['requests that people make of the page', number(countOf(report, /^apigateway:requests$/)), 'two people who approve'],
  ['state transitions a rotated secret', number(perSecret.transitions, 2), 'at most 2 promised'],
  ['rehearsal', `${number(goodDay.wallSeconds, 1)} s`, `${number(report.duration.virtualSeconds / 3_600, 1)} hours`],
  ['synth, unbundled', `${number(goodDay.synthSeconds, 1)} s`, ''],
  [
    'a call that the replica answers',
    `${number(calls.replica, 1)} µs`,
    `${number(calls.replica / calls.wholeSdk, 2)} of the ${number(calls.wholeSdk)} µs through all of the SDK`,
  ],
]);

const fleets: { readonly secrets: number; readonly measured: Rehearsed }[] = [
  { secrets: report.fleet.secrets, measured: await rehearsed(settings, inventory, night) },
];
for (const secrets of sizes) {
  // A fleet of another size than ChromePay's needs other caps; everything else is as configured.
  const raised = { ...settings, caps: { secrets, percentOfFleet: 100, secretsPerDay: secrets } };
  fleets.push({ secrets, measured: await rehearsed(raised, fleetOf(secrets, inventory), night) });
}
const [smallest] = fleets;

console.log('\nFleets of the same mixture, begun in the window\n');
print([
  [
    'secrets',
    'rotated',
    'outcome',
    'rehearsal',
    'CPU',
    'CPU a secret',
    'largest state data',
    'of 256 KiB',
    'plan',
    'largest batch',
  ],
  ...fleets.map(({ secrets, measured: { report, wallSeconds, cpuSeconds, largestStateBytes, plan } }) => [
    number(secrets),
    number(report.rotated),
    report.outcome,
    `${number(wallSeconds, 1)} s`,
    `${number(cpuSeconds, 1)} s`,
    `${number((cpuSeconds * 1_000) / secrets, 1)} ms`,
    `${number(largestStateBytes)} B`,
    `${number((100 * largestStateBytes) / payloadLimitBytes, 1)} %`,
    `${number(plan.headerBytes + plan.wavesBytes)} B`,
    `${number(plan.largestLineBytes)} B`,
  ]),
]);
console.log(`\nThe largest state data is the ${smallest?.measured.largestState}.`);

const pages = await openPages(15);
console.log('\nThe review page, over HTTP on loopback\n');
print([
  ['plan', 'page', 'first byte', 'size'],
  ...pages.map(({ selected, fleet, page, firstByteMillis, bytes }) => [
    `${number(selected)} of ${number(fleet)} secrets`,
    number(page),
    `${number(firstByteMillis, 1)} ms`,
    `${number(bytes)} B`,
  ]),
]);

const bundles = await Promise.all(steps.map((step) => bundleStep(step, root)));
console.log('\nBundles\n');
print(bundles.map(({ step, bytes }) => [step, `${number(bytes / 1_000)} kB`]));

const results = {
  node: process.version,
  calls,
  goodDay: { ...perSecret, ratioToTemplate: perSecret.secretsManager / callsOfTemplate, ...measures(goodDay) },
  fleets: fleets.map(({ secrets, measured }) => ({ secrets, ...measures(measured) })),
  pages,
  bundles: Object.fromEntries(bundles.map(({ step, bytes }) => [step, bytes])),
  peakMegabytes: Math.round(process.resourceUsage().maxRSS / 1_024),
};
await mkdir(join(root, 'out'), { recursive: true });
await writeFile(join(root, 'out/bench.json'), `${JSON.stringify(results, undefined, 2)}\n`);
console.log(`\nMemory at most ${number(results.peakMegabytes)} MB. Results are in out/bench.json.`);

const all = [goodDay, ...fleets.map(({ measured }) => measured)];
const unkept = [
  ...all.flatMap(({ report }) => report.promise.broken),
  ...all.filter(({ largestStateBytes }) => largestStateBytes >= payloadLimitBytes).map(() => 'a state holds too much'),
  ...pages.filter(({ bytes }) => bytes >= pageLimitBytes).map(({ bytes }) => `a page of ${bytes} bytes`),
  ...(perSecret.secretsManager > 7 ? ['more than 7 Secrets Manager calls a rotated secret'] : []),
  ...(perSecret.invocations > 1 ? ['more than 1 Lambda invocation a rotated secret'] : []),
  ...(perSecret.transitions > 2 ? ['more than 2 state transitions a rotated secret'] : []),
];
for (const promise of unkept) console.error(`not as promised: ${promise}`);
process.exit(unkept.length === 0 ? 0 : 1);

function countOf({ calls }: RehearsalReport, which: RegExp): number {
  const chosen = Object.entries(calls).filter(([call]) => which.test(call));
  return chosen.reduce((sum, [, count]) => sum + count, 0);
}

/** What of a rehearsal is a number: the report itself is long. */
function measures({ report, ...measured }: Rehearsed) {
  const { outcome, rotated, calls: made, duration, clients } = report;
  return { ...measured, outcome, rotated, calls: made, virtualSeconds: duration.virtualSeconds, clients };
}

function print(rows: readonly (readonly string[])[]): void {
  console.log(table(rows));
}
