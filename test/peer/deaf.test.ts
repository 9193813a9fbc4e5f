/**
 * A connection whose other side is gone without a word: one side writes into nothing, the other has lost it. Who is spoken to
 * says so on its own link, and who speaks connects anew.
 */
import { describe, expect, it } from 'vitest';
import type { Connection, ConnectionHandler, Network } from '../../src/ports/index.ts';
import { appendOf, DATA_GROUP, PeerRig } from './peer-rig.ts';

/** Connections that a node opens, and what makes those of now half-open: the far side ends, this one is never told. */
class Swallower {
  readonly #swallow: (() => void)[] = [];
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
    for (const swallow of this.#swallow.splice(0)) swallow();
  }

  #opened(real: Connection, opened: (connection: Connection) => ConnectionHandler): ConnectionHandler {
    this.opened += 1;
    let swallowed = false;
    this.#swallow.push(() => {
      swallowed = true;
      real.destroy();
    });
    const handler = opened({
      remote: real.remote,
      queuedBytes: 0,
      write: (buffers) => swallowed || real.write(buffers),
      writeThen: (buffers, written) => {
        if (!swallowed) return real.writeThen(buffers, written);
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
