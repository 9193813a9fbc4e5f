/** When what is pushed in one turn leaves: at its end, or when the work is done that pushes it. */
import { expect, it } from 'vitest';
import { World } from '../../chaos/sim/index.ts';
import type { Clock } from '../../storage/index.ts';
import { LaneTurn } from '../../src/peer/lane-turn.ts';
import { PeerRig } from './peer-rig.ts';

/** Counts from now on. */
function countDefers(clock: Clock): () => number {
  const defer = clock.defer.bind(clock);
  let count = 0;
  clock.defer = (callback) => {
    count += 1;
    defer(callback);
  };
  return () => count;
}

it('what is pushed inside leaves once, when the outermost is done, and nothing is deferred', async () => {
  const world = new World({ seed: 'together' });
  const { clock } = world.machine('node1').ports();
  const defers = countDefers(clock);
  const turn = new LaneTurn(clock);
  const happened: string[] = [];
  const lane = { flush: (): void => void happened.push('flush') };
  turn.together(() => {
    turn.together(() => turn.add(lane));
    happened.push('inner done');
  });
  expect(happened).toEqual(['inner done', 'flush']);
  expect(defers()).toBe(0);
  turn.add(lane);
  turn.add(lane);
  expect(happened).toHaveLength(2);
  await world.runFor(1);
  expect(happened).toEqual(['inner done', 'flush', 'flush', 'flush']);
  expect(defers()).toBe(1);
});

it('idle nodes hear each other and defer nothing', async () => {
  const rig = new PeerRig('idle');
  const [one, two] = [rig.start(1), rig.start(2)];
  await rig.connect(one, two);
  await rig.runFor(100);
  const counts = [countDefers(one.ports.clock), countDefers(two.ports.clock)];
  const before = one.transport.status(two.id)?.lastFrameAt ?? 0;
  await rig.runFor(1000);
  expect(one.transport.status(two.id)?.lastFrameAt ?? 0).toBeGreaterThan(before + 500);
  expect(counts.map((count) => count())).toEqual([0, 0]);
});
