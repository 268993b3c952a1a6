import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inspect } from 'node:util';

import fc from 'fast-check';
import { SecretValue } from '../../../core/secret-value.ts';
import { malformations, readCredential, readMaster, renew, twinOf } from '../../../core/selection/credential.ts';
import type { RotatorSettings } from '../../../core/settings.ts';

const alternate: RotatorSettings = {
  kind: 'postgres',
  strategy: 'alternate',
  allowedHosts: ['db.chromepay.example'],
  validityDays: 90,
  masters: { low: 'arn:master-of-low' },
};
const replace: RotatorSettings = {
  kind: 'postgres',
  strategy: 'replace',
  allowedHosts: ['db.chromepay.example'],
  validityDays: 90,
};
const apiKeys: RotatorSettings = {
  kind: 'http-api-key',
  strategy: 'overlap',
  allowedHosts: ['keys.chromepay.example'],
  validityDays: 90,
};
const signingKeys: RotatorSettings = { ...apiKeys, kind: 'hmac-key' };

const login = {
  engine: 'postgres',
  host: 'db.chromepay.example',
  port: 6432,
  username: 'app',
  password: 'hunter2',
  dbname: 'orders',
  masterarn: 'arn:master-of-low',
};
const key = { host: 'keys.chromepay.example', client: 'orders', keyId: 'key-1', apiKey: 'hunter2' };
const secretOf = (fields: unknown) => new SecretValue(JSON.stringify(fields));
const read = (settings: RotatorSettings, fields: unknown) => readCredential(settings, 'low', secretOf(fields));
const reasonOf = (settings: RotatorSettings, fields: unknown) => {
  const reading = read(settings, fields);
  return reading.kind === 'malformed' ? reading.reason : 'wellFormed';
};

describe('the value of a login', () => {
  it('is read as AWS writes it', () => {
    assert.deepEqual(
      { ...read(alternate, login), password: undefined },
      {
        kind: 'wellFormed',
        shape: 'login',
        host: 'db.chromepay.example',
        port: 6432,
        username: 'app',
        password: undefined,
        database: 'orders',
        account: 'db.chromepay.example:6432/app',
      },
    );
  });

  it('may leave out port and database, or write the port as text', () => {
    const { port: _port, dbname: _dbname, ...rest } = login;
    const bare = read(replace, rest);
    assert.ok(bare.kind === 'wellFormed' && bare.shape === 'login');
    assert.deepEqual([bare.port, bare.database], [5432, 'postgres']);
    assert.equal(reasonOf(replace, { ...rest, port: '6432' }), 'wellFormed');
  });

  it('has one account for both halves of a pair', () => {
    const halves = ['app', 'app_clone'].map((username) => read(alternate, { ...login, username }));
    assert.deepEqual(
      halves.map((half) => half.kind === 'wellFormed' && half.account),
      ['db.chromepay.example:6432/app', 'db.chromepay.example:6432/app'],
    );
  });

  it('is malformed without a host that the configuration allows, to the letter (S14)', () => {
    for (const host of ['evil.example', 'DB.chromepay.example', 'db.chromepay.example.', 'db.chromepay.example/x']) {
      assert.equal(reasonOf(alternate, { ...login, host }), 'hostNotAllowed');
    }
  });

  it('is malformed with a master that the configuration does not name for its tier (S14)', () => {
    assert.equal(reasonOf(alternate, { ...login, masterarn: 'arn:master-of-high' }), 'masterNotConfigured');
    assert.equal(reasonOf(alternate, { ...login, masterarn: undefined }), 'masterNotConfigured');
    for (const tier of ['high', 'constructor']) {
      const { masterarn: _none, ...without } = login;
      for (const fields of [login, without]) {
        assert.deepEqual(readCredential(alternate, tier, secretOf(fields)), {
          kind: 'malformed',
          reason: 'masterNotConfigured',
        });
      }
    }
  });

  it('is malformed when PostgreSQL could not tell its username from that of its other half', () => {
    assert.equal(reasonOf(alternate, { ...login, username: 'a'.repeat(57) }), 'wellFormed');
    assert.equal(reasonOf(alternate, { ...login, username: 'a'.repeat(58) }), 'usernameUnpaired');
    assert.equal(reasonOf(alternate, { ...login, username: 'ä'.repeat(29) }), 'usernameUnpaired');
    assert.equal(reasonOf(alternate, { ...login, username: '_clone' }), 'usernameUnpaired');
    assert.equal(reasonOf(alternate, { ...login, username: 'app_clone_clone' }), 'usernameUnpaired');
    assert.equal(reasonOf(replace, { ...login, username: 'a'.repeat(58) }), 'wellFormed');
  });

  it('is malformed for every reason there is', () => {
    const found = [
      reasonOf(replace, 'text'),
      reasonOf(replace, { ...login, password: 7 }),
      reasonOf(replace, { ...login, username: 'app\u0000options' }),
      reasonOf(replace, { ...login, engine: 'mysql' }),
      reasonOf(replace, { ...login, port: 65_536 }),
      reasonOf(replace, { ...login, host: 'evil.example' }),
      reasonOf(alternate, { ...login, masterarn: 'arn:other' }),
      reasonOf(alternate, { ...login, username: '_clone' }),
    ];
    assert.deepEqual(found, Object.keys(malformations));
  });

  it('is malformed with a port or a database that is none', () => {
    for (const port of [0, -1, 1.5, true, [5432], '', '5432 ', '0x10', '65536']) {
      assert.equal(reasonOf(replace, { ...login, port }), 'portInvalid');
    }
    for (const port of [1, 65_535, '1', '65535']) assert.equal(reasonOf(replace, { ...login, port }), 'wellFormed');
    for (const dbname of ['', 7]) assert.equal(reasonOf(replace, { ...login, dbname }), 'missingField');
    assert.equal(reasonOf(replace, { ...login, dbname: 'a\nb' }), 'controlCharacter');
  });

  it('is not JSON when it is anything but an object', () => {
    for (const text of ['', 'hunter2', '[]', 'null', '{"host":']) {
      const reading = readCredential(replace, 'low', new SecretValue(text));
      assert.deepEqual(reading, { kind: 'malformed', reason: 'notJson' });
    }
  });
});

describe('the value of a master', () => {
  it('is a login that needs no master of its own, on an allowed host', () => {
    const { masterarn: _none, ...master } = login;
    assert.equal(readMaster(alternate, secretOf(master)).kind, 'wellFormed');
    assert.equal(readMaster(alternate, secretOf({ ...master, host: 'evil.example' })).kind, 'malformed');
  });
});

describe('the value of a key', () => {
  it('has the key itself for an account, since several are valid at once', () => {
    const reading = read(apiKeys, key);
    assert.equal(reading.kind === 'wellFormed' && reading.account, 'keys.chromepay.example/orders/key-1');
  });

  it('is read as what signs every request', () => {
    const { apiKey: _apiKey, ...rest } = key;
    const reading = read(signingKeys, { ...rest, signingKey: 'hunter2' });
    assert.ok(reading.kind === 'wellFormed' && reading.shape === 'signingKey');
    const { host, client, keyId, account, signingKey } = reading;
    assert.deepEqual(
      [host, client, keyId, account, signingKey.reveal()],
      ['keys.chromepay.example', 'orders', 'key-1', 'keys.chromepay.example/orders/key-1', 'hunter2'],
    );
  });

  it('is malformed without any one of its fields', () => {
    const { apiKey: _apiKey, ...rest } = key;
    const signing = { ...rest, signingKey: 'hunter2' };
    assert.equal(reasonOf(signingKeys, signing), 'wellFormed');
    for (const name of Object.keys(key)) assert.equal(reasonOf(apiKeys, { ...key, [name]: '' }), 'missingField');
    for (const name of Object.keys(signing)) {
      assert.equal(reasonOf(signingKeys, { ...signing, [name]: undefined }), 'missingField');
    }
  });

  it('is malformed when it would break out of a header', () => {
    assert.equal(reasonOf(apiKeys, { ...key, apiKey: 'hunter2\r\nx-admin: 1' }), 'controlCharacter');
  });
});

describe('a value', () => {
  it('is the same placeholder to whatever joins, serialises or prints it (S12)', () => {
    const value = new SecretValue('hunter2');
    assert.deepEqual(
      [`${value}`, String(value), JSON.stringify({ value }), inspect(value, { showHidden: true })],
      ['[secret]', '[secret]', '{"value":"[secret]"}', '[secret]'],
    );
  });
});

describe('a reading', () => {
  it('never shows the value, whatever prints it', () => {
    for (const settings of [alternate, replace, apiKeys, signingKeys]) {
      for (const fields of [login, key, { ...key, signingKey: 'hunter2' }, { password: 'hunter2' }]) {
        const reading = read(settings, fields);
        const printed = `${JSON.stringify(reading)} ${inspect(reading, { depth: null, showHidden: true })}`;
        assert.ok(!printed.includes('hunter2'));
      }
    }
  });
});

describe('renewing a value', () => {
  it('changes what it is told to, and keeps every other field', () => {
    const names = fc.string().filter((name) => !['password', 'username'].includes(name));
    fc.assert(
      fc.property(fc.dictionary(names, fc.jsonValue()), (others) => {
        const renewed = renew(secretOf({ ...others, username: 'app', password: 'old' }), { password: 'new' });
        assert.deepEqual(
          JSON.parse(renewed.reveal()),
          JSON.parse(JSON.stringify({ ...others, username: 'app', password: 'new' })),
        );
      }),
    );
  });
});

describe('the twin of a login', () => {
  it('is named as the functions of AWS name it', () => {
    assert.equal(twinOf('app'), 'app_clone');
    assert.equal(twinOf('app_clone'), 'app');
  });

  it('is never the login itself, and its twin is the login again, wherever the login is well-formed', () => {
    const usernames = fc.oneof(
      fc.string({ minLength: 1, maxLength: 70 }),
      fc.string({ maxLength: 30 }).map((base) => `${base}_clone`),
    );
    fc.assert(
      fc.property(usernames, (username) => {
        fc.pre(reasonOf(alternate, { ...login, username }) === 'wellFormed');
        const inPostgres = (name: string) => Buffer.from(name).subarray(0, 63).toString('hex');

        assert.equal(twinOf(twinOf(username)), username);
        assert.notEqual(inPostgres(twinOf(username)), inPostgres(username));
        assert.equal(reasonOf(alternate, { ...login, username: twinOf(username) }), 'wellFormed');
      }),
    );
  });
});
