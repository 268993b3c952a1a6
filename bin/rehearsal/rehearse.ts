import { mkdtempSync, rmSync } from 'node:fs';
import { access, constants, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { styleText } from 'node:util';

import { publicKeyFrom } from '../../adapters/public-key.ts';
import { sha256 } from '../../adapters/sha256.ts';
import { counted } from '../../core/plain-text.ts';
import { checkEvidence } from '../../core/report/evidence-check.ts';
import type { Settings } from '../../core/settings.ts';
import { synthesise } from '../../lib/synthesise.ts';
import type { Left } from '../../rehearsal/day/evidence.ts';
import { type PlayOptions, play } from '../../rehearsal/day/play.ts';
import type { RehearsalReport } from '../../rehearsal/day/report.ts';
import { exitWhenInterrupted } from '../../rehearsal/interruption.ts';
import { reportPage } from '../../rehearsal/report-page/report-page.ts';
import { UsageError } from '../command.ts';
import { readCopy, writeCopy } from '../evidence/copy.ts';
import { printFinding } from '../evidence/print.ts';
import { shellWord } from '../shell.ts';
import { summary } from './summary.ts';

export interface RehearseOptions extends Omit<PlayOptions, 'assembly'> {
  readonly settings: Settings;
  /** Where reports are left, one folder a run. */
  readonly out: string;
  readonly print: (line: string) => void;
}

/**
 * Synthesises the stack, plays a run of it, and leaves its report.
 *
 * @throws {UsageError} before it begins, when there is no place for a report.
 */
export async function rehearse({ settings: given, out, print, ...options }: RehearseOptions): Promise<RehearsalReport> {
  await mustBeWritable(out);
  const settings = options.scenario.settings?.(given) ?? given;
  let left: readonly Left[] = [];
  const report = await inFolder(playIn);

  const folder = join(out, report.run);
  await mkdir(folder, { recursive: true });
  const evidence = await leaveEvidence(folder, left);
  await writeFile(join(folder, 'report.json'), `${JSON.stringify(report, undefined, 2)}\n`);
  await writeFile(join(folder, 'report.html'), reportPage(report));
  await pointTo(out, report.run);
  for (const line of [...summary(report, join(folder, 'report.html')), ...evidence]) print(line);
  return report;

  async function playIn(outdir: string): Promise<RehearsalReport> {
    const began = performance.now();
    synthesise({ settings, outdir, account: '111122223333', region: 'us-east-1', bundling: false });
    print(styleText('dim', `stack synthesised in ${((performance.now() - began) / 1_000).toFixed(1)} s`));
    const bequeath = async (given: readonly Left[]) => {
      left = given;
    };
    return play({ ...options, assembly: outdir, bequeath });
  }
}

async function mustBeWritable(out: string): Promise<void> {
  try {
    await mkdir(out, { recursive: true });
    await access(out, constants.W_OK);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new UsageError(`no report can be left in ${out} (${code}); free it, or give a folder that can be written`, {
      cause,
    });
  }
}

/** Lends a folder, of its own so that two rehearsals at the same time do not take each other's. It goes with this process. */
async function inFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-assembly-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  process.once('exit', remove);
  exitWhenInterrupted();
  try {
    return await use(folder);
  } finally {
    remove();
    process.off('exit', remove);
  }
}

/** Leaves a copy of what each run left behind: of the first in `evidence`, of the second in `evidence-2`. */
async function leaveEvidence(folder: string, left: readonly Left[]): Promise<string[]> {
  const lines: string[] = [];
  for (const [index, of] of left.entries()) {
    lines.push(...(await leaveCopy(join(folder, index === 0 ? 'evidence' : `evidence-${index + 1}`), of)));
  }
  return lines;
}

/** Leaves a copy of what a run left behind, and checks it there as an auditor would. */
async function leaveCopy(folder: string, { run, versions, publicKey: der }: Left): Promise<string[]> {
  const key = publicKeyFrom(der);
  await rm(folder, { recursive: true, force: true });
  await writeCopy(folder, run, { versions, publicKey: key.pem });
  const { exhibits } = await readCopy(folder, run);
  const findings = checkEvidence({ run, exhibits, hash: sha256, isSigned: key.isGenuine, seal: 'unchecked' });
  const verified =
    findings.length === 0
      ? `${counted(exhibits.length, 'document')}, as they were signed`
      : `NOT as it was signed: ${counted(findings.length, 'finding')}`;
  return [
    '',
    `  evidence     ${folder}: ${verified}`,
    ...findings.map((finding) => printFinding(run, finding)),
    styleText('dim', `  check it     npm run keyturn -- evidence ${run} --verify --from ${shellWord(folder)}`),
  ];
}

async function pointTo(out: string, run: string): Promise<void> {
  const latest = join(out, 'latest');
  await rm(latest, { recursive: true, force: true });
  await symlink(run, latest, 'dir');
}

/** 0: it ended as its scenario promises. 1: it did not. */
export const exitCodeOf = ({ promise }: RehearsalReport): 0 | 1 => (promise.broken.length === 0 ? 0 : 1);
