import { styleText } from 'node:util';

import type { Instant } from '../../core/instant.ts';
import { modeWords } from '../../core/mode-words.ts';
import type { Run } from '../../core/plan.ts';
import type { Happening, Watch } from '../../rehearsal/day/progress.ts';

/** What each state of the machine means to somebody who watches. States that are over at once say nothing. */
const saidOf: Readonly<Record<string, string>> = {
  'Draft plan': 'draft-plan lists the fleet and selects',
  Preflight: 'preflight: does every selected credential work to begin with?',
  'Confirm plan': 'confirm-plan judges every candidate again, by its own rule',
  'Request approval': 'request-approval sends each approver a link',
  'Remind approvers': 'request-approval reminds them, with a new link each',
  'Request wave approval': 'request-approval asks whether to go on with the next wave',
  'Remind of wave': 'request-approval reminds them of the wave, with a new link each',
  'Confirm approval': 'confirm-plan looks at what was approved',
  'Await window': 'the rotation window is closed: waiting for it to open',
  'Await deadline': 'waiting until nothing that was begun can still write',
  Bake: 'bake time: clients use what is current now',
  'Probe wave': 'probe-batch looks at the whole wave again',
  'Judge wave': 'judge-wave asks the services how they are',
  'Renew expiry': 'renew-expiry moves the expiry tags',
  'Roll back wave': 'ROLLING BACK everything that the wave touched',
  'Judge roll back': 'judge-wave looks whether everything is back',
  'Close run': 'close-run writes the report',
  'Settle run': 'the run DIED: recover-run stops what it left, and looks what is still to be done',
  'Roll back dead wave': 'ROLLING BACK the wave that was under way',
  'Judge recovery': 'judge-wave looks whether everything is back',
  'Put expiry back': 'renew-expiry puts back the tags that were moved',
  'Verify sound wave': 'probe-batch looks once more at a wave that was sound',
  'Judge sound wave': 'judge-wave looks whether it still is',
  'Renew sound wave': 'renew-expiry finishes the wave that was sound',
  'Close recovery': 'recover-run writes the report',
};

type Clients = Parameters<Watch>[1];

/** Prints runs line by line, each line with the virtual time and the clients' counts. */
export function progressLines(print: (line: string) => void): Watch {
  let promoted = 0;
  let told: Run | undefined;
  return (happening, clients) => {
    if (happening.kind === 'secret promoted') promoted = happening.promoted;
    const said = say(happening);
    if (said === undefined) return;
    if ('run' in happening && happening.run !== told) {
      told = happening.run;
      print(`${styleText('dim', clockOf(happening.at))}  ${styleText('bold', `run ${told}`)}`);
    }
    print(`${styleText('dim', clockOf(happening.at))}  ${said}${tail(happening, promoted, clients)}`);
  };
}

function say(happening: Happening): string | undefined {
  switch (happening.kind) {
    case 'state':
      if (happening.state === 'Rotate wave') return styleText('bold', `wave ${happening.wave}`);
      return saidOf[happening.state];
    case 'waiting for approval':
      return [
        `waiting for approval: ${styleText('underline', happening.link)}`,
        ...(happening.orElse === undefined ? [] : [`or, in another terminal: ${happening.orElse}`]),
      ].join('\n                ');
    case 'approved':
      return styleText('green', `answered by ${happening.by}`);
    case 'told':
      return happening.said;
    case 'batch turned': {
      const { goal, mode, batch, tier, turned, of, problem } = happening;
      const done = `  batch ${batch + 1} (${tier}): ${turned} of ${of} ${goal === 'rotate' ? modeWords[mode].done : 'back'}`;
      return problem === undefined ? done : styleText('red', `${done}, ${problem}`);
    }
    case 'batch probed':
      if (happening.phase === 'baked') return undefined;
      return happening.sound
        ? styleText('green', `  batch ${happening.batch + 1} probed by another role: sound`)
        : styleText('red', `  batch ${happening.batch + 1} probed by another role: IN DOUBT, nothing further starts`);
    case 'client failed':
      return styleText('red', `  a client of ${happening.service} cannot authenticate with ${happening.secret}`);
    case 'secret promoted':
      return undefined;
  }
}

function tail({ kind }: Happening, promoted: number, { authentications, failures }: Clients): string {
  if (kind !== 'batch turned' && kind !== 'batch probed') return '';
  const counts = `${promoted} promoted, clients: ${authentications.toLocaleString('en')} authentications, ${failures} failed`;
  return styleText('dim', `  [${counts}]`);
}

const clockOf = (at: Instant): string => new Date(at).toISOString().slice(5, 19).replace('T', ' ');
