/** Calls between nodes: answered once, refused with a reason, or unknown in time. */
import { describe, expect, it } from 'vitest';
import { millis, nodeId } from '../../raft/index.ts';
import type { RequestResult } from '../../src/peer/index.ts';
import { PeerRig, SECOND } from './peer-rig.ts';

const BODY = Buffer.from('body');

describe('a request', () => {
  it('is answered by the handler of the other node', async () => {
    const rig = new PeerRig('answer');
    const one = rig.start(1);
    const two = rig.start(2, {
      onRequest: (from, method, body) =>
        Promise.resolve(Buffer.from(`${from.incarnation} ${method} ${Buffer.from(body).toString()}`)),
    });
    await rig.connect(one, two);
    const result = await rig.world.complete(one.transport.request(two.id, 'echo', BODY, SECOND));
    expect(result.kind === 'answer' ? Buffer.from(result.body).toString() : result).toBe('life-1-1 echo body');
  });

  it('gets the reason when the handler refuses', async () => {
    const rig = new PeerRig('refusal');
    const one = rig.start(1);
    const two = rig.start(2, { onRequest: () => Promise.reject(new Error('not today')) });
    await rig.connect(one, two);
    const result = await rig.world.complete(one.transport.request(two.id, 'x', BODY, SECOND));
    expect(result).toEqual({ kind: 'error', reason: 'not today' });
  });

  it('to a node that is not connected is unknown at once', async () => {
    const rig = new PeerRig('not connected');
    const one = rig.start(1);
    const result = await rig.world.complete(one.transport.request(nodeId(2), 'x', BODY, SECOND));
    expect(result).toEqual({ kind: 'unknown', reason: 'not-connected' });
  });

  it('without an answer is unknown after its timeout, and a late answer changes nothing', async () => {
    const rig = new PeerRig('timeout');
    let answer: (body: Uint8Array) => void = () => undefined;
    const one = rig.start(1);
    const two = rig.start(2, { onRequest: () => new Promise((resolve) => (answer = resolve)) });
    await rig.connect(one, two);
    const before = rig.world.now();
    const results: RequestResult[] = [];
    void one.transport.request(two.id, 'x', BODY, millis(300)).then((result) => results.push(result));
    await rig.until(() => results.length > 0);
    expect(rig.world.now() - before).toBeCloseTo(300, 0);
    answer(BODY);
    await rig.runFor(100);
    expect(results).toEqual([{ kind: 'unknown', reason: 'timeout' }]);
  });

  it('is unknown when the connection breaks before the answer', async () => {
    const rig = new PeerRig('broken');
    const one = rig.start(1);
    const two = rig.start(2, { onRequest: () => new Promise(() => undefined) });
    await rig.connect(one, two);
    const result = one.transport.request(two.id, 'x', BODY, SECOND);
    await rig.runFor(5);
    two.machine.kill();
    expect(await rig.world.complete(result)).toEqual({ kind: 'unknown', reason: 'disconnected' });
  });

  it('is not answered to a later life of the asker', async () => {
    const rig = new PeerRig('later life');
    let answer: (body: Uint8Array) => void = () => undefined;
    const one = rig.start(1);
    const two = rig.start(2, {
      onRequest: (_from, method, body) =>
        method === 'slow' ? new Promise((resolve) => (answer = resolve)) : Promise.resolve(body),
    });
    await rig.connect(one, two);
    void one.transport.request(two.id, 'slow', BODY, SECOND);
    await rig.runFor(5);
    one.machine.kill();
    const again = rig.start(1);
    await rig.connect(again, two);
    // The same id as the former life's question.
    const pending = again.transport.request(two.id, 'quick', BODY, SECOND);
    answer(Buffer.from('meant for another'));
    const result = await rig.world.complete(pending);
    expect(result.kind === 'answer' ? Buffer.from(result.body).toString() : result).toBe('body');
  });

  it('that comes before our own connection stands is answered as soon as it does', async () => {
    const rig = new PeerRig('early');
    const two = rig.start(2, { peers: [] });
    const one = rig.start(1, { peers: [2] });
    const { network } = rig.world;
    network.setLatency(two.machine, one.machine, { least: 0.1, tail: 0 });
    await rig.until(() => one.transport.status(two.id)?.connected === true);
    const started = rig.world.now();
    const result = await rig.world.complete(one.transport.request(two.id, 'x', BODY, SECOND));
    expect(result.kind).toBe('answer');
    expect(rig.world.now() - started).toBeLessThan(10);
  });

  it('to the own node is handled in a later turn', async () => {
    const rig = new PeerRig('self');
    let handled = 0;
    const one = rig.start(1, {
      onRequest: (_from, _method, body) => {
        handled += 1;
        return Promise.resolve(body);
      },
    });
    const pending = one.transport.request(one.id, 'x', BODY, SECOND);
    expect(handled).toBe(0);
    expect(await rig.world.complete(pending)).toEqual({ kind: 'answer', body: BODY });
  });

  it('beyond the bound of requests in hand is answered as an error', async () => {
    const rig = new PeerRig('busy');
    const one = rig.start(1);
    const two = rig.start(2, { limits: { requestsMax: 2 }, onRequest: () => new Promise(() => undefined) });
    await rig.connect(one, two);
    const pending = [1, 2, 3].map(() => one.transport.request(two.id, 'x', BODY, millis(200)));
    const results = await rig.world.complete(Promise.all(pending));
    expect(results.map((result) => result.kind)).toEqual(['unknown', 'unknown', 'error']);
  });

  it('that waits when the transport stops is unknown', async () => {
    const rig = new PeerRig('stopped');
    const one = rig.start(1);
    const two = rig.start(2, { onRequest: () => new Promise(() => undefined) });
    await rig.connect(one, two);
    const pending = one.transport.request(two.id, 'x', BODY, SECOND);
    await rig.world.complete(one.transport.stop());
    expect(await rig.world.complete(pending)).toEqual({ kind: 'unknown', reason: 'disconnected' });
  });
});
