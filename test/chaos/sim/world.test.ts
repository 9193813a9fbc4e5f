/** The world: one seed is one run, time is virtual, and failures inside carry the seed. */
import { describe, expect, test } from 'vitest';
import { World } from '../../../chaos/sim/index.ts';
import { millis } from '../../../raft/index.ts';
import { runToys } from './toy-node.ts';

async function toyTrace(seed: number): Promise<{ readonly hash: string; readonly lines: readonly string[] }> {
  const world = new World({ seed, record: true });
  await runToys(world, 2000);
  return { hash: world.traceHash(), lines: world.trace.lines() };
}

describe('determinism', () => {
  test('the same seed gives the same trace, event by event, and another seed another', async () => {
    for (const seed of [1, 2, 3]) {
      const [first, second] = [await toyTrace(seed), await toyTrace(seed)];
      expect(first.lines.length).toBeGreaterThan(1000);
      expect(second.lines.find((line, index) => line !== first.lines[index])).toBeUndefined();
      expect(second.hash).toBe(first.hash);
      expect((await toyTrace(seed + 100)).hash).not.toBe(first.hash);
    }
  });

  test('one draw more, one byte other: the hash changes', async () => {
    const hashes = new Set<string>();
    for (const text of ['x', 'y']) {
      const world = new World({ seed: 1 });
      const { disk } = world.machine('a').ports();
      const file = await world.complete(disk.open('/f', 'create'));
      await world.complete((async () => file.write([Buffer.from(text)], 0))());
      hashes.add(world.traceHash());
    }
    expect(hashes.size).toBe(2);
  });
});

describe('no way out of virtual time', () => {
  test('a whole run of toys springs no trap: it reads no real clock, sets no real timer and draws no real chance', async () => {
    const world = new World({ seed: 5 });
    await runToys(world, 500);
    expect(world.trace.count).toBeGreaterThan(200);
  });
});

describe('time', () => {
  test('hours pass at once, timers fire in order and after every promise job', async () => {
    const world = new World({ seed: 1 });
    const { clock } = world.machine('a').ports();
    const seen: string[] = [];
    const start = clock.now();
    clock.setTimer(millis(3_600_000), () => seen.push(`hour ${Math.round(clock.now() - start)}`));
    clock.setTimer(millis(10), () => {
      seen.push('ten');
      void (async () => {
        for (let hop = 0; hop < 100; hop += 1) await Promise.resolve();
        seen.push('after a hundred promise jobs');
      })();
      clock.defer(() => seen.push('deferred'));
    });
    clock.setTimer(millis(5), () => seen.push('never')).cancel();
    await world.runFor(4_000_000);
    expect(seen).toEqual(['ten', 'after a hundred promise jobs', 'deferred', 'hour 3600000']);
  });

  test('clocks of machines differ, drift and skew, and the monotonic one never steps back', async () => {
    const world = new World({ seed: 1 });
    const [fast, skewed] = [world.machine('fast'), world.machine('skewed')];
    const [fastClock, skewedClock] = [fast.ports().clock, skewed.ports().clock];
    fast.clock.setRate(1.05);
    const [fastStart, wallStart] = [fastClock.now(), skewedClock.wallNow()];
    await world.runFor(1000);
    expect(fastClock.now() - fastStart).toBeCloseTo(1050, 6);
    fast.clock.setRate(0.5);
    expect(fastClock.now() - fastStart).toBeCloseTo(1050, 6);
    skewed.clock.setWallSkew(-86_400_000);
    expect(skewedClock.wallNow() - wallStart).toBe(1000 - 86_400_000);
    expect(fastClock.now()).not.toBe(skewedClock.now());
  });

  test('a paused machine gets nothing, then everything at once', async () => {
    const world = new World({ seed: 1 });
    const machine = world.machine('a');
    const { clock } = machine.ports();
    const fired: number[] = [];
    for (const delay of [10, 20, 30]) clock.setTimer(millis(delay), () => fired.push(world.now()));
    world.after(15, () => machine.pause());
    world.after(500, () => machine.resume());
    await world.runFor(1000);
    expect(fired).toEqual([10, 500, 500]);
  });
});

describe('failures', () => {
  test('an error in an event fails the run and names the seed', async () => {
    const world = new World({ seed: 'seven' });
    const { clock, log } = world.machine('a').ports();
    log.log('info', 'last words', { n: 1 });
    clock.setTimer(millis(5), () => {
      throw new Error('broken invariant');
    });
    await expect(world.runFor(100)).rejects.toThrow(/seed seven at 5\.000 ms[^]*broken invariant[^]*last words n=1/);
  });

  test('an unhandled rejection fails the run', async () => {
    const world = new World({ seed: 7 });
    const { clock } = world.machine('a').ports();
    clock.setTimer(millis(5), () => void Promise.reject(new Error('forgotten')));
    await expect(world.runFor(100)).rejects.toThrow(/seed 7[^]*forgotten/);
  });

  test('a world runs once at a time', async () => {
    const world = new World({ seed: 7 });
    const first = world.runFor(10);
    await expect(world.runFor(10)).rejects.toThrow('runs already');
    await first;
  });

  test('a promise that can not settle is reported, not waited for', async () => {
    const world = new World({ seed: 7 });
    await expect(world.complete(new Promise(() => undefined))).rejects.toThrow('did not settle');
  });

  test('what a process does after its own exit is of no consequence', async () => {
    const world = new World({ seed: 7 });
    const machine = world.machine('a');
    const { clock, host, log, random } = machine.ports();
    clock.setTimer(millis(5), () => {
      void Promise.resolve().then(() => {
        log.log('error', 'a ghost speaks', { n: random.below(5) });
        throw new Error('a ghost fails');
      });
      clock.setTimer(millis(1), () => log.log('error', 'a ghost wakes'));
      host.exit(3, 'journal fsync failed');
    });
    await world.runFor(100);
    expect(machine.running).toBe(false);
    expect(machine.exits).toEqual([{ life: 'a/1', at: 5, code: 3, reason: 'journal fsync failed' }]);
    expect(machine.log.lines).toEqual([]);
    expect(machine.ports().host.bootId()).toBe(host.bootId());
    machine.powerLoss();
    expect(machine.ports().host.bootId()).not.toBe(host.bootId());
  });
});
