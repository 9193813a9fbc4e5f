/** What a connection's end says about a process (design section 3): a dead one is noticed at once, a silent one never here. */
import { describe, expect, it } from 'vitest';
import { incarnation, millis } from '../../raft/index.ts';
import { HintBackoff } from '../../src/peer/hint-backoff.ts';
import { endpointOf, endpoints, PeerRig } from './peer-rig.ts';
import type { TestNode } from './peer-rig.ts';

function hints(node: TestNode): readonly string[] {
  return node.happened.filter((line) => line.startsWith('suspect'));
}

async function steadyCluster(
  seed: string,
): Promise<{ readonly rig: PeerRig; readonly nodes: readonly [TestNode, TestNode, TestNode] }> {
  const rig = new PeerRig(seed);
  const nodes = [rig.start(1), rig.start(2), rig.start(3)] as const;
  await rig.connect(...nodes);
  await rig.runFor(2000);
  return { rig, nodes };
}

describe('suspicion', () => {
  it('comes within milliseconds of a kill, to every survivor, whatever the kernel says first', async () => {
    for (let seed = 0; seed < 25; seed += 1) {
      const { rig, nodes } = await steadyCluster(`kill ${seed}`);
      const [one, two, three] = nodes;
      one.machine.kill();
      const taken = await rig.until(() => hints(two).length > 0 && hints(three).length > 0);
      expect(taken).toBeLessThan(10);
      expect(hints(two)).toEqual(['suspect 1 life-1-1']);
      expect(two.transport.status(one.id)).toMatchObject({ suspected: true, connected: false });
      expect(two.happened.indexOf('disconnected 1')).toBeLessThan(two.happened.indexOf('suspect 1 life-1-1'));
    }
  });

  it('is said again while the process stays away, after pauses that double up to the session timeout', async () => {
    const { rig, nodes } = await steadyCluster('again');
    const [one, two] = nodes;
    one.machine.kill();
    const times: number[] = [];
    for (let count = 1; count <= 6; count += 1) {
      await rig.until(() => hints(two).length === count);
      times.push(rig.world.now());
    }
    const pauses = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    const expected = [200, 400, 800, 1600, 2000];
    pauses.forEach((pause, index) => {
      expect(pause).toBeGreaterThanOrEqual(expected[index] ?? 0);
      expect(pause).toBeLessThan((expected[index] ?? 0) + 520);
    });
  });

  it('is proven by a handshake of another incarnation, once, and ends with it', async () => {
    const { rig, nodes } = await steadyCluster('restart');
    const [one, two] = nodes;
    one.machine.kill();
    const again = rig.start(1);
    await rig.connect(again, two);
    await rig.runFor(3000);
    expect(new Set(hints(two))).toEqual(new Set(['suspect 1 life-1-1']));
    expect(hints(two).length).toBeLessThanOrEqual(2);
    expect(two.transport.status(one.id)).toMatchObject({ suspected: false, identity: { incarnation: 'life-1-2' } });
    expect(two.happened.filter((line) => line.includes('connected 1'))).toEqual([
      'connected 1',
      'disconnected 1',
      'connected 1',
    ]);
  });

  it('is proven by another incarnation even when the old connections never broke', async () => {
    const { rig, nodes } = await steadyCluster('power');
    const [one, two, three] = nodes;
    // Without power no kernel says good-bye: only the new handshake tells.
    one.machine.powerLoss();
    await rig.runFor(100);
    expect(hints(two)).toEqual([]);
    const again = rig.start(1);
    await rig.connect(again, two, three);
    expect(hints(two)).toEqual(['suspect 1 life-1-1']);
    expect(hints(three)).toEqual(['suspect 1 life-1-1']);
  });

  it('does not come from a partition, short or long', async () => {
    const { rig, nodes } = await steadyCluster('partition');
    const [one, two, three] = nodes;
    rig.world.network.isolate(one.machine);
    await rig.runFor(1500);
    expect(two.happened).not.toContain('disconnected 1');
    await rig.runFor(8000);
    expect(two.happened).toContain('disconnected 1');
    rig.world.network.heal();
    await rig.connect(one, two, three);
    for (const node of nodes) expect(hints(node)).toEqual([]);
  });

  it('does not come from a one-way partition', async () => {
    const { rig, nodes } = await steadyCluster('one way');
    const [one, two, three] = nodes;
    rig.world.network.block(one.machine, two.machine);
    await rig.runFor(9000);
    rig.world.network.heal();
    await rig.connect(one, two, three);
    for (const node of nodes) expect(hints(node)).toEqual([]);
  });

  it('does not come from a pause, and a paused node does not cut off all others when it goes on', async () => {
    const { rig, nodes } = await steadyCluster('pause');
    const [one, two, three] = nodes;
    one.machine.pause();
    await rig.runFor(1500);
    one.machine.resume();
    await rig.runFor(1000);
    expect(one.happened.filter((line) => line.startsWith('disconnected'))).toEqual([]);
    one.machine.pause();
    await rig.runFor(5000);
    one.machine.resume();
    await rig.connect(one, two, three);
    for (const node of nodes) expect(hints(node)).toEqual([]);
  });

  it('does not come while connections of that incarnation still stand, though reconnecting is refused', async () => {
    const { rig, nodes } = await steadyCluster('still there');
    const [one, two] = nodes;
    // Nobody listens at the new address, but node 1 lives and its connections to node 2 stand.
    two.transport.setPeers(new Map([...endpoints([3]), [one.id, { host: 'node1', port: 9999 }]]));
    await rig.runFor(5000);
    expect(two.happened).toContain('disconnected 1');
    expect(hints(two)).toEqual([]);
    expect(one.transport.status(two.id)?.connected).toBe(true);
    one.machine.kill();
    expect(await rig.until(() => hints(two).length === 1)).toBeLessThan(10);
  });

  it('of silence is not raised by the own stall', async () => {
    const rig = new PeerRig('stall');
    const timings = { silence: millis(1000) };
    const nodes = [rig.start(1, { timings }), rig.start(2, { timings: { silence: millis(9000) } })] as const;
    const [one, two] = nodes;
    await rig.connect(one, two);
    for (let count = 0; count < 5; count += 1) {
      one.machine.pause();
      await rig.runFor(1500);
      one.machine.resume();
      await rig.runFor(500);
    }
    for (const node of nodes) expect(node.happened.filter((line) => line.startsWith('disconnected'))).toEqual([]);
  });

  it('does not come for a peer that was never met', async () => {
    const rig = new PeerRig('never met');
    const one = rig.start(1);
    await rig.runFor(5000);
    expect(one.happened).toEqual([]);
    expect(one.transport.status(one.id)).toBeNull();
  });

  it('comes after an orderly stop as well', async () => {
    const { rig, nodes } = await steadyCluster('stop');
    const [one, two] = nodes;
    await rig.world.complete(one.transport.stop());
    expect(await rig.until(() => hints(two).length === 1)).toBeLessThan(50);
  });

  it('of two processes that take turns with one node id stays rare', async () => {
    const rig = new PeerRig('two of one id');
    const two = rig.start(2, { peers: [1] });
    const first = rig.start(1, { peers: [2], identity: { incarnation: incarnation('a') } });
    await rig.connect(first, two);
    // A second machine claims to be node 1 as well.
    const ports = rig.machine(4).ports();
    const { createPeerTransport } = await import('../../src/peer/index.ts');
    const twin = createPeerTransport(
      {
        self: { ...identityOf(two, first), incarnation: incarnation('b') },
        listen: endpointOf(4),
        ports,
      },
      {
        onMessage: () => undefined,
        onConnected: () => undefined,
        onDisconnected: () => undefined,
        onSuspect: () => undefined,
        onRequest: () => Promise.reject(new Error('none')),
      },
    );
    twin.setPeers(endpoints([2]));
    await rig.world.complete(twin.start());
    await rig.runFor(5000);
    expect(hints(two).length).toBeLessThanOrEqual(4);
  });
});

function identityOf(
  at: TestNode,
  node: TestNode,
): NonNullable<NonNullable<ReturnType<TestNode['transport']['status']>>['identity']> {
  const identity = at.transport.status(node.id)?.identity ?? null;
  if (identity === null) throw new Error('not met');
  return identity;
}

describe('the backoff of hints', () => {
  const life = incarnation('life');

  it('lets a first hint pass, then one per pause, doubling up to the maximum', () => {
    const backoff = new HintBackoff(millis(100), millis(300));
    const passed: number[] = [];
    for (let now = 0; now < 1500; now += 10) {
      if (backoff.refused(life, millis(now))) passed.push(now);
    }
    expect(passed).toEqual([0, 100, 300, 600, 900, 1200]);
  });

  it('counts each incarnation for itself and lets a proof pass once', () => {
    const backoff = new HintBackoff(millis(100), millis(300));
    expect(backoff.refused(life, millis(0))).toBe(true);
    expect(backoff.refused(incarnation('other'), millis(1))).toBe(true);
    expect(backoff.replaced(life, millis(2))).toBe(true);
    expect(backoff.replaced(life, millis(5000))).toBe(false);
  });

  it('remembers only a few former lives', () => {
    const backoff = new HintBackoff(millis(100), millis(300));
    for (let count = 0; count < 100; count += 1)
      expect(backoff.replaced(incarnation(`life ${count}`), millis(count))).toBe(true);
    expect(backoff.replaced(incarnation('life 99'), millis(200))).toBe(false);
    expect(backoff.replaced(incarnation('life 0'), millis(200))).toBe(true);
  });
});
