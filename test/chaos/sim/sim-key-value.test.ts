/** The simulated store at crashes: batches are lost whole, from the end, and never a synced one. */
import { expect, test } from 'vitest';
import { World } from '../../../chaos/sim/index.ts';
import type { Machine } from '../../../chaos/sim/index.ts';
import type { Disk, KeyValue, KeyValueOpener } from '../../../storage/index.ts';

const SEEDS = Array.from({ length: 40 }, (_, index) => index);

async function openDurably(ports: { readonly disk: Disk; readonly keyValues: KeyValueOpener }): Promise<KeyValue> {
  const store = await ports.keyValues.openKeyValue('/data/store');
  await ports.disk.syncDirectory('/');
  await ports.disk.syncDirectory('/data');
  return store;
}

/** Batches 1..count; each writes its number under two keys. The promise of the last one. */
function putNumbers(store: KeyValue, from: number, to: number, sync: boolean): Promise<void> {
  let last = Promise.resolve();
  for (let number = from; number <= to; number += 1) {
    const value = Buffer.from(String(number));
    last = store.apply(
      ['left', 'right'].map((key) => ({ kind: 'put', key, value }) as const),
      { sync },
    );
  }
  return last;
}

async function numbers(world: World, machine: Machine): Promise<readonly [number, number]> {
  const store = await world.complete(openDurably(machine.ports()));
  const read = async (key: string): Promise<number> => Number(Buffer.from((await store.get(key)) ?? []).toString());
  return [await world.complete(read('left')), await world.complete(read('right'))];
}

test('a power loss keeps synced batches and a prefix of the others, each whole', async () => {
  const outcomes = new Set<number>();
  for (const seed of SEEDS) {
    const world = new World({ seed });
    const machine = world.machine('a');
    const store = await world.complete(openDurably(machine.ports()));
    await world.complete(putNumbers(store, 1, 3, true));
    await world.complete(putNumbers(store, 4, 8, false));
    machine.powerLoss();
    const [left, right] = await numbers(world, machine);
    expect(left).toBe(right);
    expect(left).toBeGreaterThanOrEqual(3);
    outcomes.add(left);
  }
  expect(outcomes.size).toBeGreaterThan(3);
});

test('a kill keeps all that was answered; what was in flight is there as a prefix', async () => {
  const outcomes = new Set<number>();
  for (const seed of SEEDS) {
    const world = new World({ seed });
    const machine = world.machine('a');
    const store = await world.complete(openDurably(machine.ports()));
    await world.complete(putNumbers(store, 1, 3, false));
    void putNumbers(store, 4, 6, true);
    machine.kill();
    const [left, right] = await numbers(world, machine);
    expect(left).toBe(right);
    expect(left).toBeGreaterThanOrEqual(3);
    outcomes.add(left);
  }
  expect([...outcomes].sort((left, right) => left - right)).toEqual([3, 4, 5, 6]);
});

test('a store whose directory was never synced can vanish whole', async () => {
  const outcomes = new Set<boolean>();
  for (const seed of SEEDS) {
    const world = new World({ seed });
    const machine = world.machine('a');
    const { keyValues } = machine.ports();
    const store = await world.complete(keyValues.openKeyValue('/data/store'));
    await world.complete(putNumbers(store, 1, 1, true));
    machine.powerLoss();
    outcomes.add((await numbers(world, machine))[0] === 1);
  }
  expect(outcomes.size).toBe(2);
});

test('after a failed batch the store refuses everything until it is opened again', async () => {
  const world = new World({ seed: 1 });
  const machine = world.machine('a');
  const store = await world.complete(openDurably(machine.ports()));
  machine.disk.inject({ operation: 'datasync', path: '/data/store' });
  await expect(world.complete(putNumbers(store, 1, 1, true))).rejects.toMatchObject({ kind: 'io' });
  await expect(world.complete(putNumbers(store, 2, 2, false))).rejects.toMatchObject({ kind: 'io' });
  machine.kill();
  expect((await numbers(world, machine))[0]).toBe(0);
});
