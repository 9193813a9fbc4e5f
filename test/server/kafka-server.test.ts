/** The listener: bounded connections, orderly stop, overdue clients found by one timer. */
import { describe, expect, it } from 'vitest';
import { KafkaServer } from '../../src/server/index.ts';
import type { Connection, ConnectionHandler, Network } from '../../src/ports/index.ts';
import { TestClock } from '../coordinator/test-clock.ts';
import { keepingSink } from '../replica/fake-transport.ts';
import { FakeConnection, LIMITS } from './fake-connection.ts';

interface Listening {
  readonly server: KafkaServer;
  readonly clock: TestClock;
  readonly lines: readonly string[];
  connect(): { readonly connection: FakeConnection; readonly handler: ConnectionHandler };
}

async function listening(connectionsMax: number): Promise<Listening> {
  const clock = new TestClock();
  const { sink, lines } = keepingSink();
  let accept: ((connection: Connection) => ConnectionHandler) | null = null;
  const network: Network = {
    listen: (_host, _port, accepted) => {
      accept = accepted;
      return Promise.resolve({ port: 9092, close: () => Promise.resolve() });
    },
    connect: () => ({ cancel: () => undefined }),
  };
  const server = new KafkaServer({
    network,
    clock,
    sink,
    host: 'localhost',
    port: 0,
    handlers: [],
    limits: { ...LIMITS, connectionsMax },
  });
  expect(await server.start()).toBe(9092);
  return {
    server,
    clock,
    lines,
    connect: () => {
      if (accept === null) throw new Error('not listening');
      const connection = new FakeConnection();
      return { connection, handler: accept(connection) };
    },
  };
}

describe('Kafka server', () => {
  it('a connection too many is closed with one line; when one leaves there is room again', async () => {
    const { connect, server, lines } = await listening(2);
    const first = connect();
    connect();
    const third = connect();
    expect(third.connection.closed).toBe('destroyed');
    expect(lines).toHaveLength(1);
    third.handler.onClose('local');
    first.handler.onClose('ended');
    expect(server.connections).toBe(1);
    expect(connect().connection.closed).toBe('no');
  });

  it('idle connections and halves of requests are ended, by one timer that is gone when there are none', async () => {
    const { connect, clock } = await listening(10);
    expect(clock.timers).toBe(0);
    const idle = connect();
    const half = connect();
    half.handler.onData(Buffer.from([0, 0, 0, 20]));
    await clock.advance(36_000);
    expect(clock.timers).toBe(1);
    expect([idle.connection.closed, half.connection.closed]).toEqual(['no', 'destroyed']);
    await clock.advance(600_000);
    expect(idle.connection.closed).toBe('destroyed');
    idle.handler.onClose('local');
    half.handler.onClose('local');
    await clock.advance(10_000);
    expect(clock.timers).toBe(0);
  });

  it('stopping ends all connections gently and leaves no timer', async () => {
    const { connect, server, clock } = await listening(10);
    const { connection } = connect();
    await server.stop();
    expect(connection.closed).toBe('ended');
    expect(clock.timers).toBe(0);
  });
});
