/** The contract of `Network`, for every implementation of it. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CloseReason, Connection, ConnectionHandler, Listener, Network } from '../../src/ports/index.ts';
import type { Rig } from '../storage/rig.ts';

/** One end of a connection that remembers what happened to it. */
class End implements ConnectionHandler {
  readonly connection: Connection;
  readonly chunks: Buffer[] = [];
  length = 0;
  drains = 0;
  reason: CloseReason | null = null;
  #waiting: { readonly ready: () => boolean; readonly resolve: () => void }[] = [];

  constructor(connection: Connection) {
    this.connection = connection;
  }

  onData(chunk: Buffer): void {
    expect(this.reason).toBeNull();
    this.chunks.push(chunk);
    this.length += chunk.length;
    this.#changed();
  }

  onDrain(): void {
    this.drains += 1;
    this.#changed();
  }

  onClose(reason: CloseReason): void {
    expect(this.reason).toBeNull();
    this.reason = reason;
    this.#changed();
  }

  get bytes(): Buffer {
    return Buffer.concat(this.chunks);
  }

  /** Resolves once `ready`; asked again after each callback. */
  until(ready: () => boolean): Promise<void> {
    if (ready()) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push({ ready, resolve }));
  }

  received(length: number): Promise<void> {
    return this.until(() => this.length >= length);
  }

  async closed(): Promise<CloseReason | null> {
    await this.until(() => this.reason !== null);
    return this.reason;
  }

  #changed(): void {
    const ready = this.#waiting.filter((waiter) => waiter.ready());
    this.#waiting = this.#waiting.filter((waiter) => !ready.includes(waiter));
    for (const waiter of ready) waiter.resolve();
  }
}

interface Pair {
  readonly listener: Listener;
  readonly client: End;
  readonly server: End;
}

function connected(network: Network, port: number): Promise<End> {
  return new Promise((resolve, reject) => {
    const opened = (connection: Connection): ConnectionHandler => {
      const end = new End(connection);
      resolve(end);
      return end;
    };
    network.connect('127.0.0.1', port, opened, (reason) => reject(new Error(reason)));
  });
}

async function pair(network: Network): Promise<Pair> {
  let accepted: (end: End) => void = () => undefined;
  const server = new Promise<End>((resolve) => {
    accepted = resolve;
  });
  const listener = await network.listen('127.0.0.1', 0, (connection) => {
    const end = new End(connection);
    accepted(end);
    return end;
  });
  const client = await connected(network, listener.port);
  return { listener, client, server: await server };
}

export function networkContract(name: string, makeRig: () => Promise<Rig<Network>>): void {
  describe(`the network contract: ${name}`, () => {
    let rig: Rig<Network>;
    beforeEach(async () => {
      rig = await makeRig();
    });
    afterEach(() => rig.close());

    /** Runs `body` on a fresh pair and takes the pair down. */
    function onPair(body: (pair: Pair) => Promise<void>): Promise<void> {
      return rig.run(async () => {
        const made = await pair(rig.port);
        await body(made);
        made.client.connection.destroy();
        made.server.connection.destroy();
        await made.client.closed();
        await made.server.closed();
        await made.listener.close();
      });
    }

    test('bytes arrive in order, both ways, several buffers as one', async () => {
      await onPair(async ({ client, server }) => {
        expect(client.connection.write([Buffer.from('ab'), Buffer.from('cd')])).toBe(true);
        client.connection.write([Buffer.from('ef')]);
        server.connection.write([Buffer.from('hello')]);
        await server.received(6);
        await client.received(5);
        expect(server.bytes.toString()).toBe('abcdef');
        expect(client.bytes.toString()).toBe('hello');
        expect(server.connection.remote).toMatch(/:\d+$/);
      });
    });

    test('a paused reader holds the writer back, and resuming lets everything through', async () => {
      await onPair(async ({ client, server, listener }) => {
        expect(listener.port).toBeGreaterThan(0);
        server.connection.pause();
        const piece = Buffer.alloc(1024 * 1024);
        let pieces = 0;
        while (client.connection.write([piece])) pieces += 1;
        for (let more = 0; more < 12; more += 1) client.connection.write([piece]);
        pieces += 13;
        expect(client.connection.queuedBytes).toBeGreaterThan(1024 * 1024);
        expect(client.drains).toBe(0);
        server.connection.resume();
        await server.received(pieces * piece.length);
        await client.until(() => client.drains > 0);
        expect(client.connection.queuedBytes).toBe(0);
        expect(server.length).toBe(pieces * piece.length);
      });
    });

    test('writeThen tells when the bytes have left, after the call', async () => {
      await onPair(async ({ client, server }) => {
        let written = 0;
        const left = new Promise<void>((resolve) => {
          client.connection.writeThen([Buffer.from('a'), Buffer.from('b')], () => {
            written += 1;
            resolve();
          });
        });
        expect(written).toBe(0);
        await left;
        await server.received(2);
        expect(written).toBe(1);
      });
    });

    test('ending sends what is queued; the other side sees the end, this side says local', async () => {
      await onPair(async ({ client, server }) => {
        client.connection.write([Buffer.alloc(3_000_000, 7)]);
        client.connection.end();
        expect(client.reason).toBeNull();
        expect(await server.closed()).toBe('ended');
        expect(await client.closed()).toBe('local');
        expect(server.length).toBe(3_000_000);
      });
    });

    test('destroying closes at once here, and the other side notices', async () => {
      await onPair(async ({ client, server }) => {
        client.connection.destroy();
        expect(client.reason).toBeNull();
        expect(await client.closed()).toBe('local');
        expect(['ended', 'reset']).toContain(await server.closed());
      });
    });

    test('after the close a write does nothing, and writeThen still answers', async () => {
      await onPair(async ({ client }) => {
        client.connection.destroy();
        await client.closed();
        expect(client.connection.write([Buffer.from('x')])).toBe(true);
        await new Promise<void>((resolve) => client.connection.writeThen([Buffer.from('x')], resolve));
      });
    });

    test('writes that were queued when the connection broke are answered before the close', async () => {
      await onPair(async ({ client, server }) => {
        server.connection.pause();
        const order: string[] = [];
        for (let index = 0; index < 12; index += 1) {
          client.connection.writeThen([Buffer.alloc(1024 * 1024)], () => {
            order.push(client.reason === null ? 'before' : 'after');
          });
        }
        client.connection.destroy();
        await client.closed();
        expect(order).toEqual(Array.from({ length: 12 }, () => 'before'));
      });
    });

    test('nobody listens: refused; a closed listener refuses, its connections live on', async () => {
      await onPair(async ({ listener, client, server }) => {
        await listener.close();
        await expect(connected(rig.port, listener.port)).rejects.toThrow('refused');
        client.connection.write([Buffer.from('still here')]);
        await server.received(10);
      });
    });

    test('a port in use is refused by name', async () => {
      await onPair(async ({ listener }) => {
        const second = rig.port.listen('127.0.0.1', listener.port, (connection) => new End(connection));
        await expect(second).rejects.toMatchObject({ name: 'ListenError', kind: 'in-use' });
      });
    });

    test('a cancelled connect answers neither way', async () => {
      await onPair(async ({ listener, client, server }) => {
        const answers: string[] = [];
        const attempt = rig.port.connect(
          '127.0.0.1',
          listener.port,
          (connection) => {
            answers.push('opened');
            return new End(connection);
          },
          (reason) => answers.push(reason),
        );
        attempt.cancel();
        attempt.cancel();
        client.connection.write([Buffer.from('x')]);
        await server.received(1);
        await expect(connected(rig.port, 1)).rejects.toThrow('refused');
        expect(answers).toEqual([]);
      });
    });
  });
}
