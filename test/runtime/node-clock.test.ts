/** The real clock: never early, cancellable, and a timer keeps no process alive. */
import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { millis } from '../../raft/index.ts';
import { NodeClock } from '../../src/runtime/node-clock.ts';

function fired(clock: NodeClock, delay: number): Promise<number> {
  const start = clock.now();
  // Something must keep the process alive: timers of the port do not.
  const alive = setInterval(() => undefined, 1000);
  return new Promise((resolve) => {
    clock.setTimer(millis(delay), () => {
      clearInterval(alive);
      resolve(clock.now() - start);
    });
  });
}

test('timers fire once, never early, in a later turn', async () => {
  const clock = new NodeClock();
  const delays = [0, 0.3, 1, 1.7, 5, 12.5];
  const waits = await Promise.all(delays.map((delay) => fired(clock, delay)));
  for (const [index, wait] of waits.entries()) expect(wait).toBeGreaterThanOrEqual(delays[index] ?? 0);
});

test('a cancelled timer does not fire, and one of a month does not fire at once', async () => {
  const clock = new NodeClock();
  const calls: string[] = [];
  const cancelled = clock.setTimer(millis(1), () => calls.push('cancelled'));
  const month = clock.setTimer(millis(31 * 86_400_000), () => calls.push('month'));
  cancelled.cancel();
  cancelled.cancel();
  await fired(clock, 20);
  expect(calls).toEqual([]);
  month.cancel();
});

test('deferred work runs once, after the promise jobs of this turn', async () => {
  const clock = new NodeClock();
  const order: string[] = [];
  await new Promise<void>((resolve) => {
    clock.defer(() => {
      order.push('deferred');
      resolve();
    });
    void Promise.resolve().then(() => order.push('promise job'));
    order.push('call');
  });
  expect(order).toEqual(['call', 'promise job', 'deferred']);
});

test('a timer alone keeps no process alive', () => {
  const timer = 'const t = setTimeout(() => process.exit(3), 60000); t.unref();';
  expect(spawnSync(process.execPath, ['-e', timer]).status).toBe(0);
  const clock = new NodeClock();
  const resources = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
  const before = resources();
  const pending = clock.setTimer(millis(60_000), () => undefined);
  expect(resources()).toBe(before);
  pending.cancel();
});

test('what deferred work defers is done in the same turn, but not without end', async () => {
  const clock = new NodeClock();
  const order: string[] = [];
  await new Promise<void>((resolve) => {
    clock.defer(() => {
      order.push('first');
      clock.defer(() => {
        order.push('second');
        clock.defer(() => {
          order.push('third');
          resolve();
        });
        // An immediate of the same loop: it runs after this turn's end and before the next one's.
        setImmediate(() => order.push('loop'));
      });
    });
  });
  expect(order).toEqual(['first', 'second', 'loop', 'third']);
});
