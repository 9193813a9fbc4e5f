/** The transport between healthy nodes: connecting, order, one write per turn, loss, backpressure. */
import { describe, expect, it } from 'vitest';
import { byteCount, term } from '../../raft/index.ts';
import type { Network } from '../../src/ports/index.ts';
import { appendOf, DATA_GROUP, METADATA_GROUP, PeerRig } from './peer-rig.ts';
import type { TestNode } from './peer-rig.ts';

function fill(bytes: number, value: number): Uint8Array {
  return new Uint8Array(bytes).fill(value);
}

/** Sends an append of one batch of `bytes` bytes, each of value `prevOffset` mod 256. */
function sendAppend(from: TestNode, to: TestNode, prevOffset: number, bytes: number): boolean {
  return from.transport.send(to.id, DATA_GROUP, appendOf(prevOffset, bytes), [fill(bytes, prevOffset % 256)]);
}

/** Counts the writes of connections that `network` opens. */
function countWrites(network: Network, count: () => void): Network {
  return {
    listen: (host, port, accept) => network.listen(host, port, accept),
    connect: (host, port, opened, failed) =>
      network.connect(
        host,
        port,
        (connection) => {
          const writeThen = connection.writeThen.bind(connection);
          connection.writeThen = (buffers, written) => {
            count();
            return writeThen(buffers, written);
          };
          return opened(connection);
        },
        failed,
      ),
  };
}

describe('the peer transport', () => {
  it('connects three nodes that start together within a few round trips', async () => {
    const rig = new PeerRig('connects');
    const nodes = [rig.start(1), rig.start(2), rig.start(3)];
    await rig.connect(...nodes);
    expect(rig.world.now()).toBeLessThan(30);
    for (const node of nodes)
      expect(node.happened.toSorted()).toEqual(
        [1, 2, 3].filter((each) => each !== node.id).map((each) => `connected ${each}`),
      );
  });

  it('tells who the peer is', async () => {
    const rig = new PeerRig('identity');
    const one = rig.start(1, { identity: { clusterId: 'c' } });
    const two = rig.start(2, { identity: { empty: false } });
    await rig.connect(one, two);
    expect(two.transport.status(one.id)?.identity).toEqual({
      node: 1,
      incarnation: 'life-1-1',
      directory: 'directory-1',
      clusterId: 'c',
      empty: true,
    });
    two.transport.updateIdentity({ clusterId: 'c' });
    one.transport.updateIdentity({ empty: false });
    await rig.runFor(5);
    expect(one.transport.status(two.id)?.identity).toMatchObject({ clusterId: 'c', empty: false });
    expect(two.transport.status(one.id)?.identity).toMatchObject({ clusterId: 'c', empty: false });
  });

  it('answers a node that it was never told of as long as that one is connected', async () => {
    const rig = new PeerRig('unknown node');
    const one = rig.start(1, { peers: [] });
    const two = rig.start(2, { peers: [1] });
    await rig.connect(one, two);
    expect(one.transport.send(two.id, DATA_GROUP, { kind: 'timeout-now', term: term(1) })).toBe(true);
    await two.transport.stop();
    await rig.until(() => one.transport.status(two.id) === null);
    expect(one.happened).toContain('disconnected 2');
  });

  it('delivers messages of a lane in order, with their attachments', async () => {
    const rig = new PeerRig('order');
    const one = rig.start(1);
    const two = rig.start(2);
    await rig.connect(one, two);
    two.happened.length = 0;
    const expected: string[] = [];
    for (let at = 0; at < 300; at += 1) {
      expect(sendAppend(one, two, at, 1 + ((at * 97) % 3000))).toBe(true);
      expected.push(`message 1 topic:0 append ${at}`);
      if (at % 7 === 0) await rig.runFor(0.02);
    }
    await rig.until(() => two.happened.length === 300);
    expect(two.happened).toEqual(expected);
    two.attachments.forEach((bytes, at) => {
      expect(bytes.length).toBe(1 + ((at * 97) % 3000));
      expect(bytes.every((byte) => byte === at % 256)).toBe(true);
    });
  });

  it('sends all that one turn has for a peer and lane as one write', async () => {
    const rig = new PeerRig('one write');
    let writes = 0;
    const one = rig.start(1, { network: (network) => countWrites(network, () => (writes += 1)) });
    const two = rig.start(2);
    await rig.connect(one, two);
    two.happened.length = 0;
    writes = 0;
    for (let at = 0; at < 50; at += 1) {
      one.transport.send(two.id, DATA_GROUP, appendOf(at, 10, 20), [fill(10, 1), fill(20, 2)]);
      one.transport.send(two.id, METADATA_GROUP, appendOf(at));
    }
    expect(writes).toBe(0);
    await rig.until(() => two.happened.length === 100);
    expect(writes).toBe(2);
  });

  it('cuts what one turn has into frames that the receiver accepts', async () => {
    const rig = new PeerRig('bounded frames');
    const limits = { frameBytesTarget: byteCount(100_000), frameBytesMax: byteCount(150_000) };
    const one = rig.start(1, { limits });
    const two = rig.start(2, { limits });
    await rig.connect(one, two);
    for (let at = 0; at < 60; at += 1) expect(sendAppend(one, two, at, at % 5 === 0 ? 120_000 : 9_000)).toBe(true);
    await rig.until(() => two.attachments.length === 60);
    expect(two.happened).not.toContain('disconnected 1');
  });

  it('drops messages to peers that are not connected, and says so', async () => {
    const rig = new PeerRig('drops');
    const one = rig.start(1);
    expect(one.transport.send(rig.start(2).id, DATA_GROUP, appendOf(0))).toBe(false);
    expect(one.transport.room(one.id)).toBe(0);
  });

  it('loses what was queued when the connection breaks, and nothing of before comes after the reconnect', async () => {
    const rig = new PeerRig('loss');
    const one = rig.start(1);
    const two = rig.start(2);
    await rig.connect(one, two);
    await rig.runFor(1000);
    const { network } = rig.world;
    network.block(one.machine, two.machine);
    for (let at = 0; at < 20; at += 1) sendAppend(one, two, at, 100_000);
    await rig.until(() => one.happened.includes('disconnected 2'));
    network.heal();
    await rig.connect(one, two);
    const before = two.happened.length;
    sendAppend(one, two, 777, 10);
    await rig.until(() => two.happened.includes('message 1 topic:0 append 777'));
    expect(two.happened.slice(before)).toEqual(['message 1 topic:0 append 777']);
  });

  it('stops offering room at the bound of the data lane and calls when there is room again', async () => {
    const rig = new PeerRig('room');
    const limits = {
      dataQueueBytesMax: byteCount(300_000),
      frameBytesTarget: byteCount(50_000),
      frameBytesMax: byteCount(200_000),
    };
    const one = rig.start(1, { limits });
    const two = rig.start(2, { limits });
    await rig.connect(one, two);
    const called: number[] = [];
    one.transport.onRoom((node) => called.push(node));
    rig.machine(2).pause();
    let at = 0;
    for (; one.transport.room(two.id) > 0; at += 1) {
      expect(sendAppend(one, two, at, 60_000)).toBe(true);
      // The kernels take 256 KiB before anything stays in the queue.
      await rig.runFor(0.01);
      expect(at).toBeLessThan(50);
    }
    expect(called).toEqual([]);
    // Beyond the bound only one frame's worth of small messages is taken.
    while (one.transport.send(two.id, DATA_GROUP, appendOf(at, 20_000), [fill(20_000, 0)])) at += 1;
    expect(one.transport.status(two.id)?.queuedBytes).toBeLessThanOrEqual(500_000);
    rig.machine(2).resume();
    await rig.until(() => called.length > 0);
    expect(called).toEqual([2]);
    expect(one.transport.room(two.id)).toBeGreaterThan(0);
    await rig.until(() => two.attachments.length === at);
  });

  it('drops from the control lane what exceeds its own bound', async () => {
    const rig = new PeerRig('control bound');
    const one = rig.start(1, { limits: { controlQueueBytesMax: byteCount(400_000) } });
    const two = rig.start(2);
    await rig.connect(one, two);
    rig.machine(2).pause();
    let accepted = 0;
    for (let at = 0; at < 40; at += 1) {
      if (one.transport.send(two.id, METADATA_GROUP, appendOf(at, 50_000), [fill(50_000, 0)])) accepted += 1;
      await rig.runFor(0.01);
    }
    expect(accepted).toBeGreaterThan(10);
    expect(accepted).toBeLessThan(20);
    expect(one.transport.send(two.id, DATA_GROUP, appendOf(0))).toBe(true);
  });

  it('drops a message that no frame can hold, with a line in the log', async () => {
    const rig = new PeerRig('too long');
    const one = rig.start(1, { limits: { frameBytesMax: byteCount(2 ** 20) } });
    const two = rig.start(2);
    await rig.connect(one, two);
    expect(sendAppend(one, two, 0, 2 ** 20)).toBe(false);
    expect(rig.logged(1, 'message too long')).toHaveLength(1);
  });

  it('keeps idle connections alive and knows when it last heard from a peer', async () => {
    const rig = new PeerRig('idle');
    const one = rig.start(1);
    const two = rig.start(2);
    await rig.connect(one, two);
    for (let second = 0; second < 10; second += 1) {
      await rig.runFor(1000);
      const heard = one.transport.status(two.id)?.lastFrameAt ?? 0;
      expect(one.ports.clock.now() - heard).toBeLessThan(310);
    }
    expect(one.happened).toEqual(['connected 2']);
  });

  it('sends what is queued before it stops, and calls nothing afterwards', async () => {
    const rig = new PeerRig('stop');
    const one = rig.start(1);
    const two = rig.start(2);
    await rig.connect(one, two);
    sendAppend(one, two, 5, 100);
    const before = one.happened.length;
    await rig.world.complete(one.transport.stop());
    await rig.until(() => two.happened.includes('message 1 topic:0 append 5'));
    await rig.runFor(3000);
    expect(one.happened).toHaveLength(before);
    expect(two.happened).toContain('disconnected 1');
  });
});
