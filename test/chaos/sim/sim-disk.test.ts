/** The simulated disk's own promises: what a crash may take and what it may not. */
import { describe, expect, test } from 'vitest';
import { World } from '../../../chaos/sim/index.ts';
import type { Machine } from '../../../chaos/sim/index.ts';
import type { Disk, DiskFile } from '../../../storage/index.ts';

const SEEDS = Array.from({ length: 60 }, (_, index) => index);

async function write(file: DiskFile, bytes: Uint8Array, position: number): Promise<void> {
  await file.write([bytes], position);
}

/** A file whose name and first `synced` bytes are durable, and whose next bytes are not. */
async function fileWithTail(disk: Disk, synced: number, unsynced: number): Promise<DiskFile> {
  await disk.makeDirectory('/data');
  await disk.syncDirectory('/');
  const file = await disk.open('/data/log', 'create');
  await write(file, new Uint8Array(synced).fill(1), 0);
  await file.datasync();
  await disk.syncDirectory('/data');
  await write(file, new Uint8Array(unsynced).fill(2), synced);
  return file;
}

function contentOf(machine: Machine, path: string): Buffer | null {
  const bytes = machine.disk.cachedBytes(path);
  return bytes === null ? null : Buffer.from(bytes);
}

describe('a power loss', () => {
  test('keeps every synced byte and keeps, loses or tears the rest', async () => {
    const outcomes = new Set<string>();
    for (const seed of SEEDS) {
      const world = new World({ seed });
      const machine = world.machine('a');
      await world.complete(fileWithTail(machine.ports().disk, 1000, 3000));
      machine.powerLoss();
      const content = contentOf(machine, '/data/log');
      expect(content?.subarray(0, 1000)).toEqual(Buffer.alloc(1000, 1));
      const tail = content?.subarray(1000) ?? Buffer.alloc(0);
      const kept = tail.filter((byte) => byte === 2).length;
      outcomes.add(kept === 0 ? 'lost' : kept === 3000 ? 'kept' : 'torn');
      expect(machine.disk.durableBytes('/data/log')).toEqual(machine.disk.cachedBytes('/data/log'));
    }
    expect([...outcomes].sort()).toEqual(['kept', 'lost', 'torn']);
  });

  test('may lose the name of a file whose directory was not synced, though its bytes were', async () => {
    const outcomes = new Set<boolean>();
    for (const seed of SEEDS) {
      const world = new World({ seed });
      const machine = world.machine('a');
      const { disk } = machine.ports();
      await world.complete(disk.makeDirectory('/data').then(() => disk.syncDirectory('/')));
      const file = await world.complete(disk.open('/data/x', 'create'));
      await world.complete(write(file, Buffer.from('hello'), 0).then(() => file.datasync()));
      machine.powerLoss();
      outcomes.add(contentOf(machine, '/data/x') !== null);
    }
    expect(outcomes.size).toBe(2);
  });

  test('leaves the old or the new content behind a rename, never neither', async () => {
    const outcomes = new Set<string>();
    for (const seed of SEEDS) {
      const world = new World({ seed });
      const machine = world.machine('a');
      const { disk } = machine.ports();
      const steps = async (): Promise<void> => {
        for (const [name, text] of [
          ['current', 'old'],
          ['next', 'new'],
        ] as const) {
          const file = await disk.open(`/${name}`, 'create');
          await write(file, Buffer.from(text), 0);
          await file.datasync();
        }
        await disk.syncDirectory('/');
        await disk.rename('/next', '/current');
      };
      await world.complete(steps());
      machine.powerLoss();
      outcomes.add(`${contentOf(machine, '/current')?.toString()} ${contentOf(machine, '/next')?.toString() ?? '-'}`);
    }
    expect([...outcomes].sort()).toEqual(['new -', 'new new', 'old new']);
  });
});

test('a killed process leaves the page cache: everything written is still there', async () => {
  const world = new World({ seed: 1 });
  const machine = world.machine('a');
  await world.complete(fileWithTail(machine.ports().disk, 10, 10));
  machine.kill();
  const bytes = await world.complete(machine.ports().disk.readFile('/data/log'));
  expect(Buffer.from(bytes)).toEqual(Buffer.concat([Buffer.alloc(10, 1), Buffer.alloc(10, 2)]));
  expect(machine.disk.durableBytes('/data/log')?.length).toBe(10);
});

test('after a failed sync a later one succeeds, but the dirty bytes may be gone', async () => {
  const lost = new Set<boolean>();
  for (const seed of SEEDS) {
    const world = new World({ seed });
    const machine = world.machine('a');
    const file = await world.complete(fileWithTail(machine.ports().disk, 10, 10));
    machine.disk.inject({ operation: 'datasync', path: '/data/log' });
    await expect(world.complete(file.datasync())).rejects.toMatchObject({ kind: 'io' });
    await world.complete(file.datasync());
    expect(contentOf(machine, '/data/log')?.length).toBe(20);
    lost.add(machine.disk.durableBytes('/data/log')?.length === 10);
  }
  expect(lost.size).toBe(2);
});

test('a full disk takes what fits and refuses the rest, until it is given room', async () => {
  const world = new World({ seed: 1 });
  const machine = world.machine('a');
  const file = await world.complete(fileWithTail(machine.ports().disk, 10, 10));
  machine.disk.capacityBytes = 25;
  await expect(world.complete(write(file, new Uint8Array(10), 20))).rejects.toMatchObject({ kind: 'full' });
  expect(contentOf(machine, '/data/log')?.length).toBe(25);
  machine.disk.capacityBytes = 1000;
  await world.complete(write(file, new Uint8Array(10), 20));
  expect(contentOf(machine, '/data/log')?.length).toBe(30);
});

test('the calls of a dead process change nothing and never answer', async () => {
  const world = new World({ seed: 1 });
  const machine = world.machine('a');
  const file = await world.complete(fileWithTail(machine.ports().disk, 10, 10));
  machine.kill();
  let answered = false;
  const note = (): void => {
    answered = true;
  };
  void file.write([new Uint8Array(100)], 0)?.then(note, note);
  void file.datasync().then(note, note);
  await world.runFor(1000);
  expect(answered).toBe(false);
  expect(contentOf(machine, '/data/log')?.length).toBe(20);
});

test('a buffer that changes while its write is in flight fails the run', async () => {
  const world = new World({ seed: 1 });
  const machine = world.machine('a');
  const file = await world.complete(fileWithTail(machine.ports().disk, 10, 10));
  const buffer = new Uint8Array(200_000);
  void file.write([buffer], 20);
  buffer[5] = 7;
  await expect(world.runFor(1000)).rejects.toThrow('changed while it was being written');
});

test('a crash at any boundary of any operation leaves what was synced before it', async () => {
  for (let crashAt = 0; crashAt < 40; crashAt += 1) {
    const world = new World({ seed: crashAt });
    const machine = world.machine('a');
    const { disk } = machine.ports();
    let boundaries = 0;
    machine.disk.watch = () => {
      if (boundaries === crashAt) machine.powerLoss();
      boundaries += 1;
    };
    let synced = 0;
    const work = async (): Promise<void> => {
      const file = await disk.open('/log', 'create');
      await disk.syncDirectory('/');
      for (let round = 1; round <= 5; round += 1) {
        await write(file, new Uint8Array(700).fill(round), (round - 1) * 700);
        await file.datasync();
        synced = round;
      }
    };
    void work();
    await world.runFor(1000);
    machine.disk.watch = null;
    for (let round = 1; round <= synced; round += 1) {
      const content = contentOf(machine, '/log')?.subarray((round - 1) * 700, round * 700);
      expect(content).toEqual(Buffer.alloc(700, round));
    }
  }
});
