/** The listener: bounded connections, orderly stop, overdue clients found by one timer. */
import { describe, expect, it } from 'vitest';
import { apiHandler, KafkaServer, respond } from '../../src/server/index.ts';
import type { ApiHandler } from '../../src/server/index.ts';
import { API_TABLE } from '../../src/wire/index.ts';
import type { MetadataRequest } from '../../src/wire/index.ts';
import type { Connection, ConnectionHandler, Network } from '../../src/ports/index.ts';
import { TestClock } from '../coordinator/test-clock.ts';
import { keepingSink } from '../replica/fake-transport.ts';
import { FakeConnection, LIMITS, metadataFrame } from './fake-connection.ts';

interface Listening {
  readonly server: KafkaServer;
  readonly clock: TestClock;
  readonly lines: readonly string[];
  connect(remote?: string): { readonly connection: FakeConnection; readonly handler: ConnectionHandler };
}

async function listening(
  connectionsMax: number,
  more: {
    readonly perAddress?: number;
    readonly responseBytesMax?: number;
    readonly handlers?: readonly ApiHandler[];
  } = {},
): Promise<Listening> {
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
    handlers: more.handlers ?? [],
    limits: {
      ...LIMITS,
      connectionsMax,
      connectionsPerAddressMax: more.perAddress ?? 100,
      responseBytesMax: more.responseBytesMax ?? 1 << 30,
    },
  });
  expect(await server.start()).toBe(9092);
  return {
    server,
    clock,
    lines,
    connect: (remote) => {
      if (accept === null) throw new Error('not listening');
      const connection = new FakeConnection(remote);
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

describe('connections from one address', () => {
  it('are bounded by themselves, and told of once in ten seconds with their number', async () => {
    const { connect, server, lines, clock } = await listening(10, { perAddress: 2 });
    const first = connect('10.0.0.1:1');
    connect('10.0.0.1:2');
    const refused = [connect('10.0.0.1:3'), connect('10.0.0.1:4')];
    expect(refused.map(({ connection }) => connection.closed)).toEqual(['destroyed', 'destroyed']);
    expect(connect('10.0.0.2:1').connection.closed).toBe('no');
    expect(connect('[::1]:7').connection.closed).toBe('no');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/connectionsPerAddressMax":2.*"count":1/);
    for (const { handler } of refused) handler.onClose('local');
    first.handler.onClose('ended');
    expect(connect('10.0.0.1:5').connection.closed).toBe('no');
    await clock.advance(10_000);
    connect('10.0.0.1:6');
    expect(lines[1]).toMatch(/"count":2/);
    expect(server.refused).toBe(3);
  });
});

describe('answers that clients do not take', () => {
  const metadata = apiHandler(API_TABLE.metadata, (request: MetadataRequest) => {
    const topics = (request.topics ?? []).map(({ name }) => ({
      errorCode: 0,
      name,
      isInternal: false,
      partitions: [],
    }));
    return respond({ brokers: [], controllerId: 1, topics } as never);
  });
  /** The client at `port` asks for an answer of about `bytes`. */
  async function asking(count: number, responseBytesMax: number) {
    const listener = await listening(10, { responseBytesMax, handlers: [metadata] });
    const clients = Array.from({ length: count }, (_, at) => listener.connect(`10.0.0.${at}:1`));
    const ask = (at: number, bytes: number): void => clients[at]?.handler.onData(metadataFrame(1, 'x'.repeat(bytes)));
    const answers = (at: number): number => clients[at]?.connection.written.length ?? 0;
    return { ...listener, clients, ask, answers };
  }

  it('make those wait who have some, while others are served; what they take gives the others room', async () => {
    const { clients, ask, answers, server, clock } = await asking(3, 1000);
    const [slow, slower, quick] = clients.map(({ connection }) => connection);
    if (slow === undefined || slower === undefined || quick === undefined) throw new Error('three');
    slow.stalled = true;
    slower.stalled = true;
    ask(0, 450);
    ask(1, 450);
    expect([server.memory.over, answers(0), answers(1)]).toEqual([false, 1, 1]);
    ask(0, 300);
    expect([server.memory.over, answers(0)]).toEqual([true, 2]);
    ask(0, 10);
    ask(1, 10);
    ask(2, 10);
    expect([answers(0), answers(1), answers(2), slow.paused, slower.paused, quick.paused]).toEqual([
      2,
      1,
      1,
      true,
      true,
      false,
    ]);
    slow.take();
    await clock.advance(1);
    expect([server.memory.over, answers(0), answers(1), slower.paused]).toEqual([false, 3, 2, false]);
    expect(server.memory.shortages).toBe(1);
  });

  it('make everybody wait beyond twice the bound', async () => {
    const { clients, ask, answers, server, clock } = await asking(3, 1000);
    const [slow, other, quick] = clients.map(({ connection }) => connection);
    if (slow === undefined || other === undefined || quick === undefined) throw new Error('three');
    slow.stalled = true;
    other.stalled = true;
    ask(0, 900);
    ask(1, 1500);
    expect(server.memory.full).toBe(true);
    ask(2, 10);
    expect([answers(2), quick.paused]).toEqual([0, true]);
    slow.take();
    await clock.advance(1);
    expect([server.memory.full, server.memory.over, answers(2), quick.paused]).toEqual([false, true, 1, false]);
  });

  it('end the connections that take nothing for ten seconds, the greatest first, until there is room', async () => {
    const { clients, ask, answers, server, clock, lines } = await asking(4, 1000);
    for (const { connection } of clients) connection.stalled = true;
    ask(0, 200);
    ask(1, 800);
    ask(2, 250);
    await clock.advance(9000);
    // This one takes its answers.
    clients[2]?.connection.take();
    if (clients[2] !== undefined) clients[2].connection.stalled = true;
    ask(2, 250);
    await clock.advance(1500);
    await clock.advance(5000);
    expect(clients.map(({ connection }) => connection.closed)).toEqual(['no', 'destroyed', 'no', 'no']);
    expect(lines.at(-1)).toMatch(/does not take its answers.*10\.0\.0\.1:1/);
    clients[1]?.handler.onClose('local');
    await clock.advance(1);
    expect([server.memory.over, server.stuckEnded]).toEqual([false, 1]);
    ask(0, 10);
    expect(answers(0)).toBe(2);
  });

  it('end them after two seconds when everybody waits', async () => {
    const { clients, ask, clock } = await asking(2, 1000);
    for (const { connection } of clients) connection.stalled = true;
    ask(0, 600);
    ask(1, 1500);
    await clock.advance(5000);
    expect(clients.map(({ connection }) => connection.closed)).toEqual(['no', 'destroyed']);
  });

  it('are forgotten with their connections', async () => {
    const { clients, ask, server } = await asking(2, 1000);
    for (const { connection } of clients) connection.stalled = true;
    ask(0, 600);
    ask(1, 600);
    expect(server.memory.queued).toBeGreaterThan(1200);
    for (const { handler } of clients) handler.onClose('reset');
    expect([server.memory.queued, server.memory.over]).toEqual([0, false]);
  });
});
