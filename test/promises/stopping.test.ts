/*
 * Goal: S8 the kill switch stops what has not started, and never a way back; S13 a deployment rotates nothing and changes no
 * run under way.
 *
 * Method: whole runs in which an operator turns the switch at some moment, and the template itself.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { Scene } from '../../rehearsal/day/scenario.ts';
import { when } from '../rehearsal/day/people.ts';
import { changed, locked, moved, type Played, played, synthesised } from '../rehearsal/day/played.ts';
import { Deployed } from './deployed.ts';

const assembly = synthesised();

const name = '/keyturn/prod/switch';
const off = ({ cloud }: Scene) => cloud.ssm.set(name, '{"go":false}');

const turnedOn = (state: string, nth: number, turn: (scene: Scene) => void): Promise<Played> =>
  played(assembly, { scenario: { begin: async (scene) => when(state, () => turn(scene), nth) } });

describe('S8 the kill switch', () => {
  it('S8 that is absent, as after a deployment, or holds what nobody understands, lets nothing start', async () => {
    for (const [turn, reason] of [
      [({ cloud }: Scene) => cloud.ssm.remove(name), 'switchAbsent'],
      [({ cloud }: Scene) => cloud.ssm.set(name, '{"go":"yes"}'), 'switchMalformed'],
      [({ cloud }: Scene) => cloud.ssm.set(name, '{"go":true,"tiers":["low"],"wave":1}'), 'switchMalformed'],
      [off, 'switchOff'],
    ] as const) {
      const day = await turnedOn('Draft plan', 1, turn);
      assert.deepEqual([day.report.outcome, day.report.reasons], ['halted', [reason]]);
      assert.deepEqual([day.report.writesToSecrets, changed(day)], [0, []]);
    }
  });

  it('S8 is read before every wave: what was renewed stays, and the next wave does not start', async () => {
    const day = await turnedOn('Renew expiry', 1, off);
    assert.deepEqual([day.report.outcome, day.report.reasons], ['halted', ['switchOff']]);
    assert.deepEqual([day.report.rotated, moved(day).length, changed(day).length], [5, 5, 5]);
  });

  it('S8 is read again before every batch, and the wave under way goes back, switch or no switch', async () => {
    // Wave 2 has a batch of each tier. The third batch in all is the second of that wave.
    const day = await turnedOn('Rotate batch', 3, off);
    assert.deepEqual([day.report.outcome, day.report.rotated, day.report.rolledBack], ['rolled-back', 5, 1]);
    assert.ok(day.report.reasons.includes('batch 1: notStarted: switchOff'), day.report.reasons.join());
    assert.deepEqual([moved(day).length, locked(day)], [5, []]);
  });

  it('S8 with flags goes only as far as they say', async () => {
    const day = await turnedOn('Draft plan', 1, ({ cloud }) => cloud.ssm.set(name, '{"go":true,"tiers":["low"]}'));
    assert.deepEqual([day.report.outcome, day.report.reasons, day.report.rotated], ['halted', ['tierSwitchedOff'], 5]);
    const waves = await turnedOn('Draft plan', 1, ({ cloud }) => cloud.ssm.set(name, '{"go":true,"waves":1}'));
    assert.deepEqual([waves.report.outcome, waves.report.reasons], ['halted', ['waveBeyondLimit']]);
  });
});

describe('S13 a deployment', () => {
  const { stack } = new Deployed(assembly);

  it('S13 comes without a kill switch, so that nothing goes until somebody writes one', () => {
    assert.deepEqual(stack.parameters, []);
    assert.deepEqual(
      stack.resources.filter(({ properties }) => JSON.stringify(properties).includes('{"go":true}')),
      [],
    );
  });

  it('S13 starts no run: only schedules do, and those that touch anything are switched off', () => {
    const starting = stack.schedules.filter(({ target }) => target.arn.includes(':function:keyturn-prod-start-run'));
    assert.deepEqual(
      starting.map(({ isEnabled, target }) => [JSON.parse(target.input).schedule, isEnabled]),
      [
        ['audit', true],
        ['rotation', false],
        ['retirement', false],
      ],
    );
    assert.deepEqual(
      stack.schedules.filter(({ target }) => target.arn.includes(':stateMachine:')),
      [],
    );
    assert.deepEqual(
      stack.rules.filter(({ targets }) => JSON.stringify(targets).includes(':stateMachine:')),
      [],
    );
    assert.deepEqual(
      stack.resources.filter(
        ({ type }) => type.startsWith('Custom::') || type === 'AWS::CloudFormation::CustomResource',
      ),
      [],
    );
  });

  it('S13 leaves a run the functions it began with: the workflow names published versions, which are retained', () => {
    const [machine] = stack.stateMachines;
    const named = [
      ...JSON.stringify(machine?.definition).matchAll(/arn:aws:lambda:[a-z0-9:-]+:function:[a-z-]+(:\d+)?/g),
    ];
    assert.ok(named.length >= 13);
    assert.deepEqual(
      named.filter(([, version]) => version === undefined),
      [],
    );
    const template = stack.resources.filter(({ type }) => type === 'AWS::Lambda::Version');
    assert.equal(template.length, stack.functions.length);
  });
});
