/** Who is let in, and what happens to connections that bring what they must not. */
import { crc32c } from '@node-rs/crc32';
import { describe, expect, it } from 'vitest';
import { byteCount, directoryId, incarnation, nodeId } from '../../raft/index.ts';
import type { FrameItem, Hello } from '../../src/peer/frame-item.ts';
import { decodeFrame, frameOf } from '../../src/peer/frame.ts';
import type { Connection } from '../../src/ports/index.ts';
import { appendOf, DATA_GROUP, endpointOf, PeerRig } from './peer-rig.ts';

/** A connection to a node that is spoken by hand. */
interface Raw {
  readonly connection: Connection;
  readonly received: FrameItem[];
  closed: string | null;
  send(...buffers: readonly Uint8Array[]): void;
}

async function rawConnection(rig: PeerRig, to: number): Promise<Raw> {
  const { network } = rig.raw(9);
  let raw: Raw | null = null;
  network.connect(
    `node${to}`,
    endpointOf(to).port,
    (connection) => {
      const made: Raw = {
        connection,
        received: [],
        closed: null,
        send: (...buffers) => void connection.write(buffers),
      };
      raw = made;
      let bytes = Buffer.alloc(0);
      return {
        onData: (chunk) => {
          bytes = Buffer.concat([bytes, chunk]);
          while (bytes.length >= 4 && bytes.length >= 4 + bytes.readUInt32BE(0)) {
            const length = 4 + bytes.readUInt32BE(0);
            for (const { item } of decodeFrame(bytes.subarray(0, length))) made.received.push(item);
            bytes = bytes.subarray(length);
          }
        },
        onDrain: () => undefined,
        onClose: (reason) => {
          made.closed = reason;
        },
      };
    },
    (reason) => {
      throw new Error(`no connection: ${reason}`);
    },
  );
  await rig.until(() => raw !== null);
  if (raw === null) throw new Error('no connection');
  return raw;
}

function hello(change: Partial<Hello> = {}): Hello {
  const sender = {
    node: nodeId(9),
    incarnation: incarnation('raw'),
    directory: directoryId('raw'),
    clusterId: null,
    empty: false,
  };
  return { version: 1, sender, addressed: nodeId(1), lane: 'data', endpoint: endpointOf(9), ...change };
}

describe('a handshake', () => {
  it('of another cluster is refused, with one line in the log and not one for each attempt', async () => {
    const rig = new PeerRig('clusters');
    const one = rig.start(1, { identity: { clusterId: 'red' } });
    const two = rig.start(2, { identity: { clusterId: 'blue' } });
    await rig.runFor(5000);
    expect([...one.happened, ...two.happened]).toEqual([]);
    expect(rig.logged(1, 'handshake of a peer refused')).toHaveLength(1);
    expect(rig.logged(1, 'handshake of a peer refused')[0]).toMatch(
      /peer=2 .*reason=other-cluster detail=cluster blue meets cluster red/,
    );
    expect(rig.logged(1, 'handshake with a peer failed')).toHaveLength(1);
  });

  it('that was accepted before the cluster id was known ends when the ids turn out to differ', async () => {
    const rig = new PeerRig('late clusters');
    const one = rig.start(1);
    const two = rig.start(2);
    await rig.connect(one, two);
    one.transport.updateIdentity({ clusterId: 'red' });
    await rig.runFor(5);
    two.transport.updateIdentity({ clusterId: 'blue' });
    await rig.runFor(2000);
    expect(one.happened).toEqual(['connected 2', 'disconnected 2']);
    expect(two.happened).toEqual(['connected 1', 'disconnected 1']);
  });

  it.each([
    ['of another protocol version', { version: 2 }, 'version'],
    ['that is meant for another node', { addressed: nodeId(7) }, 'wrong-node'],
    ['of a node with the same number', { sender: { ...hello().sender, node: nodeId(1) } }, 'wrong-node'],
  ] as const)('%s is refused and the connection closed', async (_name, change, refusal) => {
    const rig = new PeerRig(refusal);
    rig.start(1);
    const raw = await rawConnection(rig, 1);
    raw.send(...frameOf({ kind: 'hello', hello: hello(change) }));
    await rig.until(() => raw.closed !== null);
    expect(raw.received).toMatchObject([
      { kind: 'hello-reply', reply: { refusal, sender: { node: 1, incarnation: 'life-1-1' } } },
    ]);
    expect(rig.logged(1, `reason=${refusal}`)).toHaveLength(1);
  });

  it('that a wrong node answers is refused by the one that dialled', async () => {
    const rig = new PeerRig('wrong answer');
    const one = rig.start(1, { peers: [] });
    rig.start(2, { peers: [] });
    one.transport.setPeers(new Map([[nodeId(3), endpointOf(2)]]));
    await rig.runFor(3000);
    expect(one.happened).toEqual([]);
    expect(rig.logged(1, 'handshake with a peer failed')).toHaveLength(1);
  });

  it('must come in time, on either side', async () => {
    const rig = new PeerRig('deadline');
    const one = rig.start(1, { peers: [3] });
    const raw = await rawConnection(rig, 1);
    await rig.until(() => raw.closed !== null, 1100);
    expect(rig.logged(1, 'no hello in time')).toHaveLength(1);
    // A listener that accepts and never answers.
    let accepted = 0;
    await rig.world.complete(
      rig.raw(3).network.listen('node3', endpointOf(3).port, () => {
        accepted += 1;
        return { onData: () => undefined, onDrain: () => undefined, onClose: () => undefined };
      }),
    );
    await rig.runFor(5000);
    expect(accepted).toBeGreaterThan(4);
    expect(accepted).toBeLessThan(14);
    expect(one.happened).toEqual([]);
  });

  it('is not waited for by more than so many strangers', async () => {
    const rig = new PeerRig('strangers');
    rig.start(1, { peers: [], limits: { strangersMax: 2 } });
    const first = await rawConnection(rig, 1);
    await rawConnection(rig, 1);
    const third = await rawConnection(rig, 1);
    await rig.until(() => third.closed !== null, 100);
    expect(first.closed).toBeNull();
  });
});

describe('a connection', () => {
  async function known(rig: PeerRig): Promise<Raw> {
    const raw = await rawConnection(rig, 1);
    raw.send(...frameOf({ kind: 'hello', hello: hello() }));
    await rig.until(() => raw.received.length > 0);
    expect(raw.received).toMatchObject([{ kind: 'hello-reply', reply: { refusal: null } }]);
    return raw;
  }

  it('that begins with something else than a hello is closed', async () => {
    const rig = new PeerRig('no hello');
    rig.start(1);
    const raw = await rawConnection(rig, 1);
    raw.send(...frameOf({ kind: 'identity', clusterId: null, empty: false, deaf: false }));
    await rig.until(() => raw.closed !== null);
    expect(rig.logged(1, 'did not begin with a hello')).toHaveLength(1);
  });

  it('whose first frame is long is closed before the frame has come', async () => {
    const rig = new PeerRig('long hello');
    rig.start(1);
    const raw = await rawConnection(rig, 1);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(64 * 1024 + 1);
    raw.send(length);
    await rig.until(() => raw.closed !== null, 50);
    expect(rig.logged(1, 'more than 65536')).toHaveLength(1);
  });

  it('that announces a frame beyond the limit is closed at once, with one line that names the peer', async () => {
    const rig = new PeerRig('long frame');
    rig.start(1, { peers: [], limits: { frameBytesMax: byteCount(2 ** 20) } });
    const raw = await known(rig);
    raw.send(Buffer.from([0xff, 0xff, 0xff, 0xff]));
    await rig.until(() => raw.closed !== null, 50);
    expect(rig.logged(1, 'connection from a peer closed')).toHaveLength(1);
    expect(rig.logged(1, 'connection from a peer closed')[0]).toMatch(/peer=9 .*reason=a frame of 4294967299 bytes/);
  });

  it('that brings a damaged header is closed and nothing of the frame is delivered', async () => {
    const rig = new PeerRig('damaged');
    const one = rig.start(1);
    const raw = await known(rig);
    const [head = Buffer.alloc(0)] = frameOf({ kind: 'message', group: DATA_GROUP, message: appendOf(5) });
    const damaged = Buffer.from(head);
    damaged[12] = (damaged[12] ?? 0) ^ 4;
    raw.send(...frameOf({ kind: 'message', group: DATA_GROUP, message: appendOf(4) }), damaged);
    await rig.until(() => raw.closed !== null);
    expect(one.happened).toEqual(['message 9 topic:0 append 4']);
    expect(rig.logged(1, "the header's CRC")).toHaveLength(1);
  });

  it('that brings nonsense under a good CRC is closed', async () => {
    const rig = new PeerRig('nonsense');
    rig.start(1);
    const raw = await known(rig);
    const frame = Buffer.concat([Buffer.alloc(8), Buffer.from([0x0a, 0x7f, 1, 2, 3]), Buffer.alloc(4)]);
    frame.writeUInt32BE(frame.length - 4, 0);
    frame.writeUInt32BE(5, 4);
    frame.writeUInt32BE(crc32c(frame.subarray(0, 13)), 13);
    raw.send(frame);
    await rig.until(() => raw.closed !== null);
    expect(rig.logged(1, 'no protobuf')).toHaveLength(1);
  });

  it('that says hello twice is closed, and what stands behind it is not delivered', async () => {
    const rig = new PeerRig('twice');
    const one = rig.start(1);
    const raw = await known(rig);
    const message = frameOf({ kind: 'message', group: DATA_GROUP, message: appendOf(1) });
    raw.send(...frameOf({ kind: 'hello', hello: hello() }), ...message, ...message);
    await rig.until(() => raw.closed !== null);
    expect(rig.logged(1, 'an unexpected hello')).toHaveLength(1);
    expect(one.happened.filter((line) => line.startsWith('message'))).toEqual([]);
  });

  it('cut in the middle of a frame delivers nothing of it', async () => {
    const rig = new PeerRig('cut');
    const one = rig.start(1);
    const raw = await known(rig);
    const frame = Buffer.concat(frameOf({ kind: 'message', group: DATA_GROUP, message: appendOf(5) }));
    raw.send(frame.subarray(0, frame.length - 1));
    await rig.runFor(10);
    raw.connection.end();
    await rig.runFor(2000);
    expect(one.happened.filter((line) => line.startsWith('message'))).toEqual([]);
  });

  it('that a newer one of the same lane replaces is closed, and its frames are ignored', async () => {
    const rig = new PeerRig('replaced');
    const one = rig.start(1);
    const old = await known(rig);
    const fresh = await known(rig);
    old.send(...frameOf({ kind: 'message', group: DATA_GROUP, message: appendOf(1) }));
    fresh.send(...frameOf({ kind: 'message', group: DATA_GROUP, message: appendOf(2) }));
    await rig.until(() => old.closed !== null && one.happened.length > 0);
    await rig.runFor(5);
    expect(one.happened).toEqual(['message 9 topic:0 append 2']);
  });

  it('of an older incarnation is closed when a newer one says hello, on whichever lane', async () => {
    const rig = new PeerRig('incarnations');
    const one = rig.start(1);
    const old = await known(rig);
    const fresh = await rawConnection(rig, 1);
    const sender = { ...hello().sender, incarnation: incarnation('raw-2') };
    fresh.send(...frameOf({ kind: 'hello', hello: hello({ sender, lane: 'control' }) }));
    await rig.until(() => old.closed !== null, 50);
    expect(one.happened).toEqual(['suspect 9 raw']);
  });
});
