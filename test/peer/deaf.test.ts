/**
 * A connection whose other side is gone without a word: one side writes into nothing, the other has lost it. Who is spoken to
 * says so on its own link, and who speaks connects anew.
 */
import { describe, expect, it } from 'vitest';
import type { Connection, ConnectionHandler, Network } from '../../src/ports/index.ts';
import { appendOf, DATA_GROUP, METADATA_GROUP, PeerRig } from './peer-rig.ts';

interface Opened {
  writes: number;
  /** Half-open: the far side ends, this one is never told. */
  readonly swallow: () => void;
  /** Both sides stand, and no byte gets to the far one any more. */
  readonly freeze: () => void;
}

/** Connections that a node opens, and what can go wrong with those of now. */
class Swallower {
  readonly #connections: Opened[] = [];
  /** Connections opened. */
  opened = 0;

  wrap(network: Network): Network {
    return {
      listen: (host, port, accept) => network.listen(host, port, accept),
      connect: (host, port, opened, failed) =>
        network.connect(host, port, (real) => this.#opened(real, opened), failed),
    };
  }

  halfOpen(): void {
    for (const { swallow } of this.#connections.splice(0)) swallow();
  }

  /** Only one: as by a firewall that has forgotten it. Least is sent on a data lane that is idle. */
  freeze(lane: 'control' | 'data'): void {
    const byWrites = this.#connections.splice(0).sort((one, other) => one.writes - other.writes);
    byWrites.at(lane === 'data' ? 0 : -1)?.freeze();
  }

  #opened(real: Connection, opened: (connection: Connection) => ConnectionHandler): ConnectionHandler {
    this.opened += 1;
    let swallowed = false;
    let frozen = false;
    const swallow = (): void => {
      swallowed = true;
      real.destroy();
    };
    const known: Opened = { writes: 0, swallow, freeze: () => void (frozen = true) };
    this.#connections.push(known);
    const handler = opened({
      remote: real.remote,
      queuedBytes: 0,
      write: (buffers) => swallowed || frozen || real.write(buffers),
      writeThen: (buffers, written) => {
        known.writes += 1;
        if (!swallowed && !frozen) return real.writeThen(buffers, written);
        written();
        return true;
      },
      pause: () => real.pause(),
      resume: () => real.resume(),
      end: () => real.end(),
      destroy: () => real.destroy(),
    });
    return {
      onData: (chunk) => handler.onData(chunk),
      onDrain: () => handler.onDrain(),
      onClose: (reason) => {
        if (!swallowed) handler.onClose(reason);
      },
    };
  }
}

describe('a lane that carries nothing any more, beside one that does', () => {
  it.each([
    ['data', 10_000],
    ['control', 3000],
  ] as const)('is replaced within a bound (%s), and a quiet one that is sound never', async (lane, bound) => {
    const rig = new PeerRig('frozen');
    const swallower = new Swallower();
    const one = rig.start(1, { peers: [1, 2], network: (network) => swallower.wrap(network) });
    const two = rig.start(2, { peers: [1, 2] });
    await rig.connect(one, two);
    await rig.runFor(60_000);
    const before = swallower.opened;
    expect(before).toBe(2);
    swallower.freeze(lane);
    for (let waited = 0; waited < bound; waited += 500) {
      await rig.runFor(500);
      // The other lane goes on.
      one.transport.send(two.id, lane === 'data' ? METADATA_GROUP : DATA_GROUP, appendOf(0, 10), [new Uint8Array(10)]);
    }
    one.transport.send(two.id, DATA_GROUP, appendOf(1, 10), [new Uint8Array(10)]);
    await rig.runFor(100);
    expect(two.happened).toContain('message 1 topic:0 append 1');
    expect(swallower.opened - before).toBe(2);
    await rig.runFor(60_000);
    expect(swallower.opened - before).toBe(2);
  });

  it('is not mistaken for one that is slow: bytes that come count, whole frames or not', async () => {
    const rig = new PeerRig('slow');
    const [one, two] = [rig.start(1, { peers: [1, 2] }), rig.start(2, { peers: [1, 2] })];
    await rig.connect(one, two);
    const { network } = rig.world;
    network.trouble(one.machine, two.machine, { bytesPerSecond: 1000 });
    one.transport.send(two.id, DATA_GROUP, appendOf(0, 30_000), [new Uint8Array(30_000)]);
    await rig.runFor(60_000);
    expect(two.happened.filter((line) => line.includes('append'))).toEqual(['message 1 topic:0 append 0']);
    expect(two.happened.filter((line) => line.includes('disconnected'))).toEqual([]);
  });
});

describe('a half-open connection', () => {
  it('is replaced within two silences when its far side has lost it', async () => {
    const rig = new PeerRig('half-open');
    const swallower = new Swallower();
    const one = rig.start(1, { peers: [1, 2], network: (network) => swallower.wrap(network) });
    const two = rig.start(2, { peers: [1, 2] });
    await rig.connect(one, two);
    await rig.runFor(5000);
    const before = swallower.opened;
    swallower.halfOpen();
    await rig.runFor(10);
    one.transport.send(two.id, DATA_GROUP, appendOf(0, 10), [new Uint8Array(10)]);
    await rig.runFor(5000);
    one.transport.send(two.id, DATA_GROUP, appendOf(1, 10), [new Uint8Array(10)]);
    await rig.runFor(100);
    expect(two.happened.filter((line) => line.includes('append'))).toEqual(['message 1 topic:0 append 1']);
    expect(swallower.opened - before).toBe(2);
    await rig.runFor(20_000);
    expect(swallower.opened - before).toBe(2);
  });

  it('that cannot be made is not asked for by breaking the sound one', async () => {
    const rig = new PeerRig('one way');
    const refuse: Network['connect'] = (_host, _port, _opened, failed) => {
      rig.world.after(1, () => failed('unreachable'));
      return { cancel: () => undefined };
    };
    const one = rig.start(1, {
      peers: [1, 2],
      network: (network) => ({ listen: network.listen.bind(network), connect: refuse }),
    });
    const two = rig.start(2, { peers: [1, 2] });
    await rig.until(() => two.transport.status(one.id)?.connected === true);
    await rig.runFor(20_000);
    expect(two.happened).toEqual(['connected 1']);
  });
});
