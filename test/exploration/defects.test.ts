/*
 * Goal: the exploration bites. Whatever rotations have been got wrong by, it finds, and tells in the fewest events.
 *
 * Method: each mistake is put into the heart, or into what it stands on, and the same search runs.
 */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';

import { withDefect } from '../../exploration/defect.ts';
import { defects } from '../../exploration/defects.ts';
import { explore, tell } from '../../exploration/explore.ts';
import { scenario } from '../../exploration/scenarios.ts';

describe('a rotation that', () => {
  const table: string[] = [];

  for (const defect of defects) {
    it(`${defect.name} is found out: ${defect.breaks}, after ${defect.after} events`, () => {
      const { counterexample } = explore(withDefect(defect));
      assert.equal(counterexample?.promise, defect.breaks);
      assert.equal(counterexample?.path.length, defect.after);
      table.push(`  ${defect.name.padEnd(86)}${defect.breaks.padEnd(18)}${String(defect.after).padStart(2)} events`);
    });
  }

  after(() => console.log(['defects put in on purpose, and found:', ...table].join('\n')));
});

describe('the same search', () => {
  it('finds nothing where each of them was looked for, when none is put in', () => {
    for (const { target, course, disturbances } of defects) {
      const { counterexample } = explore(scenario(target, course, disturbances));
      assert.equal(counterexample, undefined, `${target}, ${course}`);
    }
  });

  it('tells a story that can be read', () => {
    const [defect] = defects;
    assert(defect !== undefined);
    const found = explore(withDefect(defect));
    assert(found.counterexample !== undefined);
    assert.equal(
      tell(withDefect(defect), found.counterexample),
      `promotes before it tests (alternate: rotate, and delivered again when that is over)
  1. rotate (1): read current
  2. rotate (1): describe
  3. rotate (1): ask old
  4. rotate (1): create
  5. rotate (1): stage                                                    AWSPENDING is on new; new holds #11
  6. rotate (1): promote                                                  AWSCURRENT is on new
  => S5: AWSCURRENT authenticated, and a call of ours ended that`,
    );
  });
});
