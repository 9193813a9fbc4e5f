/** What the budget knows of damage that nobody has read yet. */
import { describe, expect, test } from 'vitest';
import { lastBatchAt, watchDamage } from '../../../chaos/nemesis/latent-damage.ts';
import { overwriteAtRest, removeAtRest, removeTreeAtRest, spoilSectors, World } from '../../../chaos/sim/index.ts';
import type { SimDisk } from '../../../chaos/sim/index.ts';

const PATH = '/logs/t/x';

async function diskWith(bytes: Uint8Array): Promise<SimDisk> {
  const world = new World({ seed: 1 });
  const machine = world.machine('a');
  const { disk } = machine.ports();
  const write = async (): Promise<void> => {
    await disk.makeDirectory('/logs/t');
    const file = await disk.open(PATH, 'create');
    await file.write([bytes], 0);
    await file.close();
  };
  await world.complete(write());
  machine.kill();
  return machine.disk;
}

describe('damage', () => {
  test('is there from when it was done until these bytes are written again', async () => {
    const disk = await diskWith(Buffer.from('0123456789'));
    const { watch, isThere } = watchDamage(disk, PATH, 2, 3);
    expect(isThere()).toBe(false);
    overwriteAtRest(disk, PATH, 3, Buffer.from('x'));
    watch();
    expect(isThere()).toBe(true);
    overwriteAtRest(disk, PATH, 9, Buffer.from('y'));
    expect(isThere()).toBe(true);
    overwriteAtRest(disk, PATH, 3, Buffer.from('3'));
    expect(isThere()).toBe(false);
  });

  test('of a file that was cut or is gone is there until all of it is back', async () => {
    const disk = await diskWith(Buffer.from('0123456789'));
    const { watch, isThere } = watchDamage(disk, PATH, 0, 10);
    disk.truncateAtRest(PATH, 4);
    watch();
    overwriteAtRest(disk, PATH, 4, Buffer.from('abc'));
    expect(isThere()).toBe(true);
    removeAtRest(disk, PATH);
    expect(isThere()).toBe(true);
  });

  test('is gone with the directory', async () => {
    const disk = await diskWith(Buffer.from('0123456789'));
    const { watch, isThere } = watchDamage(disk, PATH, 0, 10);
    overwriteAtRest(disk, PATH, 3, Buffer.from('x'));
    watch();
    removeTreeAtRest(disk, '/logs/t');
    expect(isThere()).toBe(false);
  });

  test('of a sector that cannot be read is there until it can', async () => {
    const disk = await diskWith(Buffer.from('0123456789'));
    const { watch, isThere } = watchDamage(disk, PATH, 0, 10);
    spoilSectors(disk, PATH, 2, 3);
    watch();
    expect(isThere()).toBe(true);
    spoilSectors(disk, PATH, 20, 3);
    expect(isThere()).toBe(false);
  });
});

test('the last batch of a segment is found by the lengths of all', () => {
  const batches = [20, 7, 33].map((length) => {
    const bytes = Buffer.alloc(12 + length, 1);
    bytes.writeInt32BE(length, 8);
    return bytes;
  });
  expect(lastBatchAt(Buffer.concat(batches))).toBe(32 + 19);
  expect(lastBatchAt(Buffer.concat(batches.slice(0, 1)))).toBe(0);
  expect(lastBatchAt(Buffer.concat([...batches, Buffer.alloc(5)]))).toBe(32 + 19);
  expect(lastBatchAt(new Uint8Array(0))).toBe(0);
});
