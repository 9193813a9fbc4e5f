/** What a simulated disk can do wrong besides losing what was not synced: refusing, stalling, and damage at rest. */
import { expect, test } from 'vitest';
import {
  copyAtRest,
  overwriteAtRest,
  removeAtRest,
  revertAtRest,
  spoilSectors,
  swapAtRest,
  World,
} from '../../../chaos/sim/index.ts';
import type { Machine } from '../../../chaos/sim/index.ts';
import type { Disk, KeyValueOpener } from '../../../storage/index.ts';

interface Rig {
  readonly world: World;
  readonly machine: Machine;
}

async function rig(...files: readonly (readonly [name: string, text: string])[]): Promise<Rig> {
  const world = new World({ seed: 1 });
  const machine = world.machine('a');
  const { disk } = machine.ports();
  await world.complete(writeAll(disk, files));
  return { world, machine };
}

async function writeAll(disk: Disk, files: readonly (readonly [name: string, text: string])[]): Promise<void> {
  await disk.makeDirectory('/data');
  await disk.syncDirectory('/');
  for (const [name, text] of files) {
    const file = await disk.open(`/data/${name}`, 'create');
    await file.write([Buffer.from(text)], 0);
    await file.datasync();
    await file.close();
  }
  await disk.syncDirectory('/data');
}

function text({ machine }: Rig, name: string): string | null {
  const bytes = machine.disk.cachedBytes(`/data/${name}`);
  return bytes === null ? null : Buffer.from(bytes).toString();
}

/** As {@link text}, after a power loss that takes everything that was not durable. */
function afterPowerLoss(own: Rig, name: string): string | null {
  own.machine.powerLoss('lose-all');
  return text(own, name);
}

test('a disk for reading only denies what would change it, reads on, and takes writes again afterwards', async () => {
  const { world, machine } = await rig(['x', 'hello']);
  machine.kill();
  const { disk, keyValues } = machine.ports();
  const open = await world.complete(disk.open('/data/x', 'write'));
  machine.disk.readOnly = true;
  const changes: readonly (() => Promise<unknown>)[] = [
    () => Promise.resolve(open.write([Buffer.from('J')], 0)),
    () => open.truncate(1),
    () => disk.open('/data/x', 'write'),
    () => disk.open('/data/new', 'create'),
    () => disk.rename('/data/x', '/data/y'),
    () => disk.removeFile('/data/x'),
    () => disk.makeDirectory('/data/sub'),
  ];
  for (const change of changes) await expect(world.complete(change())).rejects.toMatchObject({ kind: 'denied' });
  await expect(world.complete(keyValues.openKeyValue('/data/store'))).rejects.toMatchObject({ kind: 'io' });
  expect(Buffer.from(await world.complete(disk.readFile('/data/x'))).toString()).toBe('hello');
  machine.disk.readOnly = false;
  await world.complete(open.truncate(1));
});

test('syncs can take seconds, or never return while all else goes on', async () => {
  const { world, machine } = await rig();
  machine.kill();
  const { disk } = machine.ports();
  const file = await world.complete(disk.open('/data/x', 'create'));
  machine.disk.syncDelay = 3000;
  const since = world.now();
  await world.complete(file.datasync());
  expect(world.now() - since).toBeGreaterThan(3000);
  machine.disk.syncDelay = 0;
  machine.disk.stall('datasync');
  let isSynced = false;
  const sync = file.datasync().then(() => {
    isSynced = true;
  });
  await world.complete(disk.exists('/data/x'));
  await world.runFor(60_000);
  expect(isSynced).toBe(false);
  machine.disk.unstall();
  await world.complete(sync);
});

test('a sector that cannot be read fails every read of it, until it is written', async () => {
  const { world, machine } = await rig(['x', 'a'.repeat(2000)]);
  machine.kill();
  spoilSectors(machine.disk, '/data/x', 512, 512);
  const file = await world.complete(machine.ports().disk.open('/data/x', 'write'));
  const bytes = Buffer.alloc(100);
  await expect(world.complete(file.read(bytes, 500))).rejects.toMatchObject({ kind: 'io' });
  expect(await world.complete(file.read(bytes, 1024))).toBe(100);
  await world.complete(Promise.resolve(file.write([Buffer.alloc(512)], 512)));
  expect(await world.complete(file.read(bytes, 500))).toBe(100);
});

test('damage at rest outlives the power: bytes, whole files, names', async () => {
  const own = await rig(['x', 'hello'], ['y', 'world'], ['z', 'third']);
  const { disk } = own.machine;
  own.machine.kill();
  overwriteAtRest(disk, '/data/x', 1, Buffer.from('u'));
  swapAtRest(disk, '/data/x', '/data/y');
  copyAtRest(disk, '/data/y', '/data/copy');
  removeAtRest(disk, '/data/z');
  expect(['x', 'y', 'z', 'copy'].map((name) => text(own, name))).toEqual(['world', 'hullo', null, 'hullo']);
  expect(['x', 'y', 'z', 'copy'].map((name) => afterPowerLoss(own, name))).toEqual(['world', 'hullo', null, 'hullo']);
});

test('a file that was removed at rest does not come back with an entry that waited to be synced', async () => {
  const own = await rig();
  own.machine.kill();
  const { disk } = own.machine.ports();
  await own.world.complete(disk.open('/data/late', 'create'));
  own.machine.kill();
  removeAtRest(own.machine.disk, '/data/late');
  own.machine.powerLoss('keep-all');
  expect(text(own, 'late')).toBeNull();
});

test('a lost write: bytes are again what they were when the disk was remembered', async () => {
  const own = await rig(['x', 'before']);
  own.machine.disk.remember();
  own.machine.kill();
  await own.world.complete(writeAll(own.machine.ports().disk, [['x', 'after!']]));
  own.machine.kill();
  expect(revertAtRest(own.machine.disk, '/data/none', 0, 1)).toBe(false);
  expect(revertAtRest(own.machine.disk, '/data/x', 0, 3)).toBe(true);
  expect(revertAtRest(own.machine.disk, '/data/x', 0, 3)).toBe(false);
  expect(text(own, 'x')).toBe('befer!');
  expect(afterPowerLoss(own, 'x')).toBe('befer!');
});

async function put(keyValues: KeyValueOpener, value: string, sync: boolean): Promise<void> {
  const store = await keyValues.openKeyValue('/data/store');
  await store.apply([{ kind: 'put', key: 'k', value: Buffer.from(value) }], { sync });
}

async function valueOf({ world, machine }: Rig): Promise<string | null> {
  machine.kill();
  const store = await world.complete(machine.ports().keyValues.openKeyValue('/data/store'));
  const value = await world.complete(store.get('k'));
  return value === null ? null : Buffer.from(value).toString();
}

test('a restored disk has the files and the key-value store of the moment of its copy, and only what was durable then', async () => {
  const own = await rig(['x', 'old']);
  const { world, machine } = own;
  machine.kill();
  await world.complete(put(machine.ports().keyValues, 'old', true));
  machine.kill();
  await world.complete(put(machine.ports().keyValues, 'unsynced', false));
  machine.kill();
  const ports = machine.ports();
  await world.complete(ports.disk.syncDirectory('/data'));
  machine.disk.remember();
  machine.kill();
  await world.complete(writeAll(machine.ports().disk, [['x', 'new']]));
  machine.kill();
  await world.complete(put(machine.ports().keyValues, 'new', true));
  machine.kill();
  const copy = machine.disk.remembered;
  expect(copy).not.toBeNull();
  if (copy === null) return;
  for (let again = 0; again < 2; again += 1) {
    machine.disk.restore(copy);
    expect(text(own, 'x')).toBe('old');
    expect(await valueOf(own)).toBe('old');
    machine.kill();
    await world.complete(put(machine.ports().keyValues, 'newer', true));
    machine.powerLoss('lose-all');
    expect(await valueOf(own)).toBe('newer');
    machine.kill();
  }
});

test('a damaged key-value store says so when it is opened', async () => {
  const { world, machine } = await rig();
  machine.kill();
  await world.complete(put(machine.ports().keyValues, 'v', true));
  machine.kill();
  expect(machine.damageStore('/data/nothing')).toBe(false);
  expect(machine.damageStore('/data/store')).toBe(true);
  await expect(world.complete(machine.ports().keyValues.openKeyValue('/data/store'))).rejects.toMatchObject({
    kind: 'damaged',
  });
});
