/*
 * Goal: the network follows no redirect, trusts no unverified server, waits no longer than it is told to, and shows
 * nothing of what it carried when it fails.
 *
 * Method: the deployed functions against servers on loopback that behave badly.
 */
import assert from 'node:assert/strict';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { after, before, describe, it } from 'node:test';

import { connect, fetchOnce, longestAnswer, network, TargetError } from '../../adapters/network.ts';
import { type HttpServer, serve } from '../../rehearsal/targets/http-target.ts';
import { PostgresServer } from '../../rehearsal/targets/postgres-server.ts';
import { failsSilently } from './rotators/worlds.ts';

const codeOf = async (call: Promise<unknown>) => {
  const error = await failsSilently(call, 'hunter2');
  assert.ok(error instanceof TargetError);
  assert.equal(error.cause, undefined);
  return error.code;
};

describe('fetching', () => {
  let server: HttpServer;
  let visits = 0;
  before(async () => {
    server = await serve(({ path }) => {
      visits += 1;
      return path === '/moved' ? { status: 302 } : { status: 200, content: { path } };
    });
  });
  after(() => server.stop());

  it('answers with status and text', async () => {
    const answer = await fetchOnce(`http://127.0.0.1:${server.port}/here`, { method: 'GET', timeoutMs: 5_000 });
    assert.deepEqual([answer.status, await answer.text()], [200, '{"path":"/here"}']);
  });

  it('shows nothing of a header that cannot be sent', async () => {
    visits = 0;
    const headers = { authorization: 'Bearer hunter2\n€' };
    const call = fetchOnce(`http://127.0.0.1:${server.port}/`, { method: 'GET', headers, timeoutMs: 5_000 });
    assert.deepEqual([await codeOf(call), visits], ['NO_ANSWER', 0]);
  });

  it('does not speak TLS to a server that does not', async () => {
    const headers = { authorization: 'Bearer hunter2' };
    const call = network.fetch(`https://127.0.0.1:${server.port}/`, { method: 'GET', headers, timeoutMs: 5_000 });
    assert.match(await codeOf(call), /^(ERR_SSL_|EPROTO|NO_ANSWER)/);
  });
});

describe('a server that behaves badly', () => {
  const sockets = new Set<Socket>();
  let reply: ((asked: string) => string) | undefined;
  let server: Server;
  let port: number;
  before(async () => {
    server = createServer((socket) => {
      sockets.add(socket.on('error', () => {}));
      socket.on('data', (asked) => reply !== undefined && socket.write(reply(String(asked))));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    port = (server.address() as AddressInfo).port;
  });
  after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const door = () => ({
    host: '127.0.0.1',
    port,
    user: 'app',
    password: 'hunter2',
    database: 'postgres',
    timeoutMs: 50,
  });

  it('is not followed elsewhere (S14)', async () => {
    const moved = 'HTTP/1.1 302 Found\r\nlocation: /hunter2\r\ncontent-length: 0\r\n\r\n';
    const arrived = 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n';
    reply = (asked) => (asked.startsWith('GET / ') ? moved : arrived);
    await codeOf(fetchOnce(`http://127.0.0.1:${port}/`, { method: 'GET', timeoutMs: 5_000 }));
  });

  it('is not waited for longer than asked, be it silent or slow to end', async () => {
    for (const beginning of [undefined, () => 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{']) {
      reply = beginning;
      const call = fetchOnce(`http://127.0.0.1:${port}/`, { method: 'GET', timeoutMs: 50 }).then((answer) =>
        answer.text(),
      );
      assert.equal(await codeOf(call), 'NO_ANSWER');
    }
  });

  it('is listened to no longer than anybody has to say something', async () => {
    const said = (length: number) => {
      reply = () => `HTTP/1.1 200 OK\r\ncontent-length: ${length}\r\n\r\n${'x'.repeat(length)}`;
      return fetchOnce(`http://127.0.0.1:${port}/`, { method: 'GET', timeoutMs: 5_000 });
    };
    assert.equal(longestAnswer, 4_194_304);
    assert.equal((await (await said(4_194_304)).text()).length, 4_194_304);
    assert.equal(await codeOf(said(4_194_305)), 'TOO_LONG');
  });

  it('is told no password when it is a database without TLS', async () => {
    const said: string[] = [];
    reply = (asked) => {
      said.push(asked);
      return 'N';
    };
    assert.equal(await codeOf(network.connectPostgres({ ...door(), timeoutMs: 5_000 })), 'NO_ANSWER');
    // What a client says that wants TLS, and nothing after it.
    assert.deepEqual(said, ['\u0000\u0000\u0000\u0008\u0004\ufffd\u0016/']);
  });

  it('is not waited for longer than asked when it is a database that says nothing', async () => {
    reply = undefined;
    assert.equal(await codeOf(network.connectPostgres(door())), 'NO_ANSWER');
    assert.equal(await codeOf(connect(door(), false)), 'NO_ANSWER');
  });
});

describe('a connection to PostgreSQL', () => {
  let postgres: PostgresServer;
  before(async () => {
    postgres = await PostgresServer.start();
  });
  after(() => postgres.stop());
  const open = (timeoutMs = 5_000) => {
    const { username: user, password } = postgres.master;
    return connect({ host: '127.0.0.1', port: postgres.port, user, password, database: 'postgres', timeoutMs }, false);
  };

  it('answers with rows', async () => {
    const connection = await open();
    assert.deepEqual((await connection.query('SELECT $1::text AS said', ['yes'])).rows, [{ said: 'yes' }]);
    await connection.end();
  });

  it('shows nothing of a statement that the server does not take, though the server quotes it', async () => {
    const connection = await open();
    assert.equal(await codeOf(connection.query("ALTER ROLE app PASSWORD 'hunter2")), '42601');
    assert.equal(await codeOf(connection.query("SELECT CAST('hunter2' AS integer)")), '22P02');
    await connection.end();
  });

  it('waits for a query no longer than asked, and ends all the same', async () => {
    const connection = await open(100);
    assert.equal(await codeOf(connection.query('SELECT pg_sleep(5)')), 'NO_ANSWER');
    await connection.end();
  });

  it('fails, and nothing else happens, when the server cuts it off', async () => {
    const connection = await open();
    const other = await open();
    const { rows } = await connection.query('SELECT pg_backend_pid() AS pid');
    await other.query('SELECT pg_terminate_backend($1::integer)', [String(rows[0]?.['pid'])]);
    await other.end();
    await codeOf(connection.query('SELECT 1'));
    await connection.end();
  });
});
