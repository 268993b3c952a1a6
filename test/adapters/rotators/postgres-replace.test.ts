/*
 * Goal: one login changes its own password, and changes it back, from whichever of the two a lost answer left it at.
 *
 * Method: one suite against a real PostgreSQL server and against the simulated one.
 */
import assert from 'node:assert/strict';
import { it } from 'node:test';

import { type Network, type PostgresConnection, TargetError } from '../../../adapters/network.ts';
import { rotatorFor } from '../../../adapters/rotators/choose.ts';
import type { RotatorSettings } from '../../../core/settings.ts';
import {
  arn,
  failsSilently,
  fieldsOf,
  forbidden,
  hosts,
  inBothWorlds,
  recording,
  secretOf,
  toolsOn,
} from './worlds.ts';

const settings: RotatorSettings = {
  kind: 'postgres',
  strategy: 'replace',
  allowedHosts: [hosts.database, hosts.closed],
  validityDays: 90,
};

inBothWorlds('the replacing rotator', { postgres: true }, (world) => {
  const rotator = (network = world().network) => rotatorFor(settings, 'low', arn, toolsOn(network, world().clock));
  const valueFor = (username: string, password: string, host: string = hosts.database) =>
    secretOf({ engine: 'postgres', host, username, password, dbname: 'postgres', team: 'orders' });
  const turning = (username: string) => ({
    token: 'v2',
    old: valueFor(username, 'hunter2'),
    fresh: valueFor(username, 'new-secret'),
    master: undefined,
  });
  const accepted = async (username: string) => {
    const answers = [];
    for (const password of ['hunter2', 'new-secret']) {
      if (await world().postgres.accepts({ username, password })) answers.push(password);
    }
    return answers;
  };

  it('makes a value with a new password, and keeps the rest', async () => {
    const old = valueFor('app', 'hunter2');
    const fresh = fieldsOf(await rotator(forbidden).create({ token: 'v2', old, master: undefined }));
    assert.match(fresh.password, /^[\w-]{32}$/);
    assert.deepEqual(fresh, { ...fieldsOf(old), password: fresh.password });
  });

  it('replaces the password, twice as well as once', async () => {
    await world().postgres.admit([{ username: 'once', password: 'hunter2' }]);
    await rotator().set(turning('once'));
    assert.deepEqual(await accepted('once'), ['new-secret']);
    await rotator().set(turning('once'));
    assert.deepEqual(await accepted('once'), ['new-secret']);
  });

  it('has done it when the server did and only its answer was lost, and leaves no connection open', async () => {
    await world().postgres.admit([{ username: 'unheard', password: 'hunter2' }]);
    const { recorder, notes } = recording(world().network);
    const deaf: Network = {
      ...recorder,
      connectPostgres: async (door) => {
        const connection = await recorder.connectPostgres(door);
        const query: PostgresConnection['query'] = async (text) => {
          await connection.query(text);
          throw new TargetError(door.host, 'NO_ANSWER');
        };
        return { ...connection, query: (text) => (text.startsWith('ALTER') ? query(text) : connection.query(text)) };
      },
    };

    await rotator(deaf).set(turning('unheard'));
    assert.deepEqual([await accepted('unheard'), notes.open], [['new-secret'], 0]);
    assert.equal(notes.queries[0], 'SET statement_timeout = 4000');
  });

  it('sets the old password again, twice as well as once, and where it was never taken away', async () => {
    await world().postgres.admit([{ username: 'back', password: 'hunter2' }]);
    await rotator().revert(turning('back'));
    await rotator().set(turning('back'));
    await rotator().revert(turning('back'));
    await rotator().revert(turning('back'));
    assert.deepEqual(await accepted('back'), ['hunter2']);
  });

  it('carries any username and password to the server as they are', async () => {
    for (const text of ['o"br\'ien', '"; DROP ROLE "app', "\\'; --", 'Größe-ß']) {
      await world().postgres.admit([{ username: text, password: text }]);
      const material = { token: 'v2', old: valueFor(text, text), fresh: valueFor(text, `${text}!`), master: undefined };
      await rotator().set(material);
      assert.equal(await world().postgres.accepts({ username: text, password: `${text}!` }), true, text);
      await rotator().revert(material);
      assert.equal(await world().postgres.accepts({ username: text, password: text }), true, text);
    }
  });

  it('fails when neither password works, and shows none', async () => {
    await world().postgres.admit([{ username: 'lost', password: 'a third one' }]);
    for (const turn of [rotator().set, rotator().revert]) {
      assert.match((await failsSilently(turn(turning('lost')), 'hunter2', 'new-secret')).message, /28P01/);
    }
  });

  it('fails when the server is down, and shows no password', async () => {
    const material = {
      token: 'v2',
      old: valueFor('app', 'hunter2', hosts.closed),
      fresh: valueFor('app', 'new-secret', hosts.closed),
      master: undefined,
    };
    assert.match((await failsSilently(rotator().set(material), 'hunter2', 'new-secret')).message, /ECONNREFUSED/);
  });

  it('refuses another login than the old one, and a host that is not allowed (S14)', async () => {
    const other = { ...turning('app'), fresh: valueFor('app_clone', 'new-secret') };
    const elsewhere = { ...turning('app'), fresh: valueFor('app', 'new-secret', hosts.closed) };
    const outside = { ...turning('app'), old: valueFor('app', 'hunter2', 'evil.example') };
    for (const material of [other, elsewhere, outside]) {
      await failsSilently(rotator(forbidden).set(material), 'hunter2', 'new-secret');
      await failsSilently(rotator(forbidden).revert(material), 'hunter2', 'new-secret');
    }
  });
});
