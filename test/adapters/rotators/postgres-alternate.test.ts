/*
 * Goal: a master changes the idle login of a pair, whatever it is called, and never the one in use.
 *
 * Method: one suite against a real PostgreSQL server and against the simulated one, under a master that is no superuser.
 */
import assert from 'node:assert/strict';
import { it } from 'node:test';

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
  type World,
} from './worlds.ts';

const settings: RotatorSettings = {
  kind: 'postgres',
  strategy: 'alternate',
  allowedHosts: [hosts.database, hosts.closed],
  validityDays: 90,
  masters: { low: 'arn:master' },
};

inBothWorlds('the alternating rotator', { postgres: true }, (world) => {
  const rotator = (network = world().network) => rotatorFor(settings, 'low', arn, toolsOn(network, world().clock));
  const valueFor = (username: string, password = 'hunter2', host: string = hosts.database) =>
    secretOf({
      engine: 'postgres',
      host,
      port: 5432,
      username,
      password,
      dbname: 'postgres',
      masterarn: 'arn:master',
      team: 'orders',
    });
  const master = ({ postgres }: World, host: string = hosts.database) =>
    secretOf({ engine: 'postgres', host, dbname: 'postgres', ...postgres.master });
  const turning = (username: string) => ({
    token: 'v2',
    old: valueFor(username),
    fresh: valueFor(`${username}_clone`, 'new'),
    master: master(world()),
  });
  const accepts = async (username: string, password: string) => world().postgres.accepts({ username, password });

  it('makes a value with the other username and a new password, and keeps the rest', async () => {
    const old = valueFor('app');
    const fresh = fieldsOf(await rotator().create({ token: 'v2', old, master: undefined }));

    assert.match(fresh.password, /^[\w-]{32}$/);
    assert.deepEqual(fresh, { ...fieldsOf(old), username: 'app_clone', password: fresh.password });
  });

  it('sets the password of the idle login, twice as well as once, and leaves the other alone', async () => {
    const { postgres } = world();
    await postgres.admitPairs([{ username: 'ledger', password: 'hunter2' }]);
    const material = turning('ledger');

    await rotator().set(material);
    await rotator().set(material);
    assert.deepEqual(await Promise.all([accepts('ledger', 'hunter2'), accepts('ledger_clone', 'new')]), [true, true]);
  });

  it('has the server give up on a change before the rotator does, and leaves no connection open', async () => {
    await world().postgres.admitPairs([{ username: 'bounded', password: 'hunter2' }]);
    const { recorder, notes } = recording(world().network);
    const material = turning('bounded');

    await rotator(recorder).set(material);
    assert.deepEqual(
      [notes.queries[0], notes.queries.at(-1), notes.open],
      ['SET statement_timeout = 4000', `ALTER ROLE "bounded_clone" PASSWORD 'new'`, 0],
    );
  });

  it('goes back from the clone to the original', async () => {
    const { postgres } = world();
    await postgres.admitPairs([{ username: 'refunds', password: 'hunter2' }]);
    const material = {
      token: 'v2',
      old: valueFor('refunds'),
      fresh: valueFor('refunds_clone', 'second'),
      master: master(world()),
    };
    await rotator().set(material);

    const fresh = await rotator().create({ ...material, old: material.fresh });
    assert.equal(fieldsOf(fresh).username, 'refunds');
    await rotator().set({ ...material, token: 'v3', old: material.fresh, fresh });
    assert.equal(await accepts('refunds', fieldsOf(fresh).password), true);
    assert.equal(await accepts('refunds_clone', 'second'), true);
  });

  it('creates the idle login where there is none', async () => {
    await world().postgres.admit([{ username: 'lonely', password: 'hunter2' }]);
    const material = turning('lonely');

    await rotator().set(material);
    await rotator().set(material);
    assert.equal(await accepts('lonely_clone', 'new'), true);
  });

  it('carries any username and password to the server as they are', async () => {
    const hostile = ['o"br\'ien', '"; DROP ROLE "app', "\\'; --", 'a b$$', 'Größe-ß', '$1', "E'\\\\'"];
    for (const text of hostile) {
      await world().postgres.admit([{ username: text, password: 'hunter2' }]);
      const material = {
        token: 'v2',
        old: valueFor(text),
        fresh: valueFor(`${text}_clone`, text),
        master: master(world()),
      };

      await rotator().set(material);
      await rotator().set(material);
      assert.deepEqual(
        await Promise.all([accepts(text, 'hunter2'), accepts(`${text}_clone`, text)]),
        [true, true],
        text,
      );
    }
  });

  it('takes back nothing: the old login was never touched', async () => {
    const material = { token: 'v2', old: valueFor('app'), fresh: valueFor('app_clone'), master: undefined };
    await rotator(forbidden).revert(material);
  });

  it('refuses to touch any login but the other half of the old one (S14)', async () => {
    await world().postgres.admitPairs([
      { username: 'settle', password: 'hunter2' },
      { username: 'victim', password: 'hunter2' },
    ]);
    for (const username of ['settle', 'victim', 'victim_clone', 'SETTLE_clone']) {
      const material = {
        token: 'v2',
        old: valueFor('settle'),
        fresh: valueFor(username, 'taken-over'),
        master: master(world()),
      };
      await failsSilently(rotator(forbidden).set(material), 'hunter2', 'taken-over', world().postgres.master.password);
    }
  });

  it('refuses to act for a secret that does not hold the login it names (S14)', async () => {
    await world().postgres.admit([
      { username: 'prey', password: 'hunter2' },
      { username: 'prey_clone', password: 'hunter2' },
    ]);
    const material = {
      token: 'v2',
      old: valueFor('prey_clone', 'guessed'),
      fresh: valueFor('prey', 'taken-over'),
      master: master(world()),
    };

    await failsSilently(rotator().set(material), 'guessed', 'taken-over', world().postgres.master.password);
    assert.equal(await accepts('prey', 'hunter2'), true);
  });

  it('refuses a host that is not allowed, a master of another server, the master itself, and none (S14)', async () => {
    const { username } = world().postgres.master;
    const pair = { token: 'v2', old: valueFor('app'), fresh: valueFor('app_clone', 'new-secret') };
    const refused = [
      { ...pair, old: valueFor('app', 'hunter2', 'evil.example'), master: master(world()) },
      { ...pair, fresh: valueFor('app_clone', 'new-secret', hosts.closed), master: master(world()) },
      { ...pair, master: master(world(), hosts.closed) },
      { ...pair, master: master(world(), 'evil.example') },
      { ...pair, fresh: secretOf({ ...fieldsOf(pair.fresh), port: 6432 }), master: master(world()) },
      { ...pair, master: secretOf({ ...fieldsOf(master(world())), port: 6432 }) },
      { ...pair, master: undefined },
      {
        token: 'v2',
        old: valueFor(`${username}_clone`),
        fresh: valueFor(username, 'new-secret'),
        master: master(world()),
      },
    ];
    for (const material of refused) {
      await failsSilently(rotator(forbidden).set(material), 'hunter2', 'new-secret', world().postgres.master.password);
    }
    await failsSilently(
      rotator(forbidden).create({ token: 'v2', old: valueFor('app', 'hunter2', 'evil.example'), master: undefined }),
      'hunter2',
    );
  });

  it('fails when the master is turned away or the server is down, and shows no password', async () => {
    await world().postgres.admitPairs([{ username: 'audit', password: 'hunter2' }]);
    const pair = { token: 'v2', old: valueFor('audit'), fresh: valueFor('audit_clone', 'new-secret') };
    const wrong = secretOf({
      engine: 'postgres',
      host: hosts.database,
      username: 'keyturn_master',
      password: 'wrong-master',
    });
    const error = await failsSilently(
      rotator().set({ ...pair, master: wrong }),
      'hunter2',
      'new-secret',
      'wrong-master',
    );
    assert.match(error.message, /28P01/);

    const nobodyHome = {
      token: 'v2',
      old: valueFor('audit', 'hunter2', hosts.closed),
      fresh: valueFor('audit_clone', 'new-secret', hosts.closed),
      master: master(world(), hosts.closed),
    };
    assert.match((await failsSilently(rotator().set(nobodyHome), 'hunter2', 'new-secret')).message, /ECONNREFUSED/);
  });

  it('fails where the server lets the master not change the login, and shows no password', async () => {
    const { postgres } = world();
    await postgres.admit([
      { username: 'weak', password: 'weak-master' },
      { username: 'strong', password: 'hunter2' },
      { username: 'strong_clone', password: 'hunter2' },
    ]);
    const weak = secretOf({ engine: 'postgres', host: hosts.database, username: 'weak', password: 'weak-master' });
    const material = {
      token: 'v2',
      old: valueFor('strong'),
      fresh: valueFor('strong_clone', 'new-secret'),
      master: weak,
    };

    const error = await failsSilently(rotator().set(material), 'hunter2', 'new-secret', 'weak-master');
    assert.match(error.message, /42501/);
    assert.equal(await accepts('strong_clone', 'hunter2'), true);
  });
});
