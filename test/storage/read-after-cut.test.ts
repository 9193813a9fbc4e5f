/** Readers in sequence are remembered by where they stopped in a file: not beyond a cut, after which other bytes stand there. */
import { expect, it } from 'vitest';
import { byteCount, offset } from '../../raft/index.ts';
import { makeBatch, StoreRig } from './store-rig.ts';

it('who read on to an offset before a cut is not led to its old place by who reads from it afterwards', async () => {
  const rig = new StoreRig('stale place');
  const log = await rig.openLog(await rig.open({ tailBytesMax: 0, tailBytesPerLogMax: 0 }));
  const read = async (from: number, end: number): Promise<readonly number[]> => {
    const answer = log.read(offset(from), { end: offset(end), bytesMax: byteCount(1000), atLeastOne: true });
    const run = await rig.run(Promise.resolve(answer));
    const bases = run.positions.map(({ base }) => base);
    run.release();
    return bases;
  };
  for (let base = 0; base < 4; base += 1) await rig.persist(log, { append: [makeBatch(base, 1)] });
  await rig.world.runFor(100);
  // Stops at offset 3, byte 300.
  expect(await read(0, 3)).toEqual([0, 1, 2]);
  const again = [makeBatch(1, 2, { bytes: 130 }), makeBatch(2, 2), makeBatch(3, 2), makeBatch(4, 2)];
  await rig.persist(log, { truncateTo: 1, append: again });
  await rig.world.runFor(100);
  // Offset 3 is at byte 330 now.
  expect(await read(3, 5)).toEqual([3, 4]);
  expect(rig.fatal).toEqual([]);
});
