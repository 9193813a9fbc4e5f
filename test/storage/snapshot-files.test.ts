/** Snapshots of the metadata: written, received in chunks, the newest wins, none counts before it is whole and durable. */
import { describe, expect, it } from 'vitest';
import { byteCount, directoryId, nodeId, offset, term } from '../../raft/index.ts';
import type { SnapshotMeta } from '../../raft/index.ts';
import { StoreRig } from './store-rig.ts';

const voters = [{ node: nodeId(1), directory: directoryId('d') }];
const state = Buffer.from('state '.repeat(100));
const last = { end: offset(50), term: term(3) };

describe('a snapshot', () => {
  it('is the newest once it is written, also after a power loss, and older ones go', async () => {
    const rig = new StoreRig('write');
    const { metadataSnapshots: snapshots } = await rig.open();
    expect(snapshots.newest()).toBe(null);
    await rig.run(snapshots.write({ end: offset(10), term: term(1) }, voters, Buffer.from('old')));
    const meta = await rig.run(snapshots.write(last, voters, state));
    rig.powerLoss('lose-all');
    const again = (await rig.open()).metadataSnapshots;
    expect(again.newest()).toEqual(meta);
    expect(Buffer.from(await rig.run(again.read(meta, 6, 12))).toString()).toBe('state state ');
    expect((await rig.run(again.read(meta, 0, 10_000))).length).toBe(600);
  });

  it('makes the directory not empty', async () => {
    const rig = new StoreRig('empty');
    const store = await rig.open();
    await rig.run(store.metadataSnapshots.write(last, voters, state));
    rig.kill();
    expect((await rig.open()).empty).toBe(false);
  });

  it('is received in chunks; a wrong position is answered with the right one', async () => {
    const rig = new StoreRig('receive');
    const { metadataSnapshots: snapshots } = await rig.open();
    const meta: SnapshotMeta = { last, voters, bytes: byteCount(600) };
    expect(await rig.run(snapshots.receive(meta, 100, state.subarray(100, 200)))).toBe(0);
    expect(await rig.run(snapshots.receive(meta, 0, state.subarray(0, 250)))).toBe(250);
    expect(await rig.run(snapshots.receive(meta, 0, state.subarray(0, 250)))).toBe(250);
    expect(snapshots.newest()).toBe(null);
    expect(await rig.run(snapshots.receive(meta, 250, state.subarray(250)))).toBe(600);
    expect(snapshots.newest()).toEqual(meta);
    rig.powerLoss('lose-all');
    const again = (await rig.open()).metadataSnapshots;
    expect(Buffer.from(await rig.run(again.read(meta, 0, 600)))).toEqual(state);
  });

  it('begins anew after a restart in the middle', async () => {
    const rig = new StoreRig('anew');
    const meta: SnapshotMeta = { last, voters, bytes: byteCount(600) };
    await rig.run((await rig.open()).metadataSnapshots.receive(meta, 0, state.subarray(0, 250)));
    rig.kill();
    const { metadataSnapshots: again } = await rig.open();
    expect(again.newest()).toBe(null);
    expect(await rig.run(again.receive(meta, 250, state.subarray(250)))).toBe(0);
  });

  it('at every crash while it is written is the old one or the new one, whole', async () => {
    for (let event = 1; event < 24; event += 1) {
      const rig = new StoreRig(`crash ${event}`);
      const { metadataSnapshots: snapshots } = await rig.open();
      const old = await rig.run(snapshots.write({ end: offset(10), term: term(1) }, voters, Buffer.from('old')));
      let left = event;
      let written: SnapshotMeta | null = null;
      rig.machine.disk.watch = () => {
        left -= 1;
        if (left === 0) rig.powerLoss();
      };
      void snapshots.write(last, voters, state).then((meta) => (written = meta));
      await rig.world.run(() => written !== null || !rig.machine.running);
      rig.machine.disk.watch = null;
      rig.powerLoss();
      const { metadataSnapshots: again } = await rig.open();
      const newest = again.newest();
      if (written !== null) expect(newest).toEqual(written);
      expect([old.last.end, last.end]).toContain(newest?.last.end);
      if (newest === null) throw new Error('no snapshot');
      const expected = newest.last.end === last.end ? state : Buffer.from('old');
      expect(Buffer.from(await rig.run(again.read(newest, 0, 10_000)))).toEqual(expected);
    }
  });

  it('whose name a killed process had not synced is durable once a start has shown it', async () => {
    const rig = new StoreRig('name');
    const { metadataSnapshots: snapshots } = await rig.open();
    rig.machine.disk.watch = (operation, phase) => {
      if (operation === 'rename' && phase === 'done') rig.kill();
    };
    void snapshots.write(last, voters, state);
    await rig.world.run(() => !rig.machine.running);
    rig.machine.disk.watch = null;
    const shown = (await rig.open()).metadataSnapshots.newest();
    expect(shown?.last).toEqual(last);
    rig.powerLoss('lose-all');
    expect((await rig.open()).metadataSnapshots.newest()).toEqual(shown);
  });

  it('that is damaged refuses the directory by its name', async () => {
    const rig = new StoreRig('damaged');
    await rig.run((await rig.open()).metadataSnapshots.write(last, voters, state));
    const path = rig.machine.disk.paths().find((name) => name.endsWith('.snapshot')) ?? '';
    rig.kill();
    rig.machine.disk.flipBit(path, 800);
    expect(await rig.tryOpen()).toMatchObject({ kind: 'damaged', path });
  });
});
