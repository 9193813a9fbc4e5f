/** Whose directory it is: refusals, standings, and what survives a crash while opening. */
import { describe, expect, it } from 'vitest';
import { incarnation, nodeId, offset, term } from '../../raft/index.ts';
import { openStore } from '../../storage/index.ts';
import { GROUP, makeBatch, StoreRig, vote } from './store-rig.ts';

describe('a data directory', () => {
  it('names itself once, and remembers node, cluster and incarnations', async () => {
    const rig = new StoreRig('identity');
    const store = await rig.open();
    await rig.run(store.setClusterId('cluster-1'));
    await rig.run(store.setIncarnation('attempted', incarnation('i-1')));
    await rig.run(store.setIncarnation('registered', incarnation('i-1')));
    await rig.run(store.setIncarnation('attempted', incarnation('i-2')));
    await rig.run(store.setIncarnation('attempted', incarnation('i-3')));
    expect(store.identity.directory).toHaveLength(22);
    rig.powerLoss();
    const again = await rig.open();
    expect(again.identity).toEqual(store.identity);
    expect(again.standing).toEqual({ kind: 'other-boot', registered: 'i-1', attempted: ['i-2', 'i-3'] });
  });

  it('refuses another node', async () => {
    const rig = new StoreRig('node');
    await rig.open();
    rig.kill();
    expect(await rig.tryOpen({}, { node: nodeId(2) })).toEqual({
      kind: 'foreign',
      path: '/data',
      key: 'node',
      found: '1',
      expected: '2',
    });
  });

  it('refuses another cluster', async () => {
    const rig = new StoreRig('cluster');
    const store = await rig.open();
    await rig.run(store.setClusterId('ours'));
    rig.kill();
    const refusal = await rig.tryOpen({}, { clusterId: 'theirs' });
    expect(refusal).toEqual({ kind: 'foreign', path: '/data', key: 'cluster', found: 'ours', expected: 'theirs' });
  });

  it('refuses a second opener, and lets it in when the first is gone', async () => {
    const rig = new StoreRig('lock');
    const options = rig.options();
    const first = await rig.run(openStore(options));
    expect('kind' in first).toBe(false);
    expect(await rig.run(openStore(options))).toMatchObject({ kind: 'locked' });
    rig.kill();
    await rig.open();
  });

  it('refuses a folder with other things in it, and leaves them alone', async () => {
    const rig = new StoreRig('photos');
    const { disk } = rig.machine.ports();
    await rig.run(disk.makeDirectory('/data/photos'));
    rig.kill();
    expect(await rig.tryOpen()).toMatchObject({ kind: 'not-a-data-directory', path: '/data' });
    expect(rig.machine.disk.find('/data/logs')).toBe(null);
  });

  it('refuses logs without an identity: it is not a new directory', async () => {
    const rig = new StoreRig('orphan');
    const { disk } = rig.machine.ports();
    await rig.run(disk.makeDirectory('/data/logs/topic-0'));
    rig.kill();
    expect(await rig.tryOpen()).toMatchObject({ kind: 'not-a-data-directory' });
  });

  it('refuses a format that it does not know', async () => {
    const rig = new StoreRig('format');
    await rig.open();
    rig.kill();
    const { keyValues } = rig.machine.ports();
    const keyValue = await rig.run(keyValues.openKeyValue('/data/meta'));
    const found = JSON.parse(Buffer.from((await rig.run(keyValue.get('identity'))) ?? []).toString()) as object;
    const value = Buffer.from(JSON.stringify({ ...found, formatVersion: 9 }));
    await rig.run(keyValue.apply([{ kind: 'put', key: 'identity', value }], { sync: true }));
    rig.kill();
    expect(await rig.tryOpen()).toMatchObject({ kind: 'format', found: 9, supported: 1 });
  });

  it('is empty until a log holds something, also after a crash in between', async () => {
    const rig = new StoreRig('empty');
    const store = await rig.open();
    await rig.openLog(store);
    rig.kill();
    const again = await rig.open();
    expect(again.empty).toBe(true);
    expect(again.groups).toEqual([{ group: GROUP, directory: 'topic-a-0', flush: 'always', failed: false }]);
    await rig.persist(await rig.openLog(again), { hardState: vote(1) });
    rig.kill();
    expect((await rig.open()).empty).toBe(false);
  });

  it('is clean only after it was closed in order, and not any more once it is open', async () => {
    const rig = new StoreRig('clean');
    const store = await rig.open();
    await rig.run(store.close());
    rig.powerLoss();
    const again = await rig.open();
    expect(again.standing.kind).toBe('clean');
    rig.powerLoss();
    expect((await rig.open()).standing.kind).toBe('other-boot');
  });

  it('takes an unknown boot for another one', async () => {
    const rig = new StoreRig('boot');
    rig.bootId = '';
    await rig.open();
    rig.kill();
    expect((await rig.open()).standing.kind).toBe('other-boot');
  });
});

describe('what a power loss may have taken', () => {
  it('makes a log with flush=os lossy that was written since the checkpoint, and no other', async () => {
    const rig = new StoreRig('lossy');
    const store = await rig.open();
    const log = await rig.openLog(store, { flush: 'os' });
    await rig.persist(log, { append: [makeBatch(0, 1)] });
    await rig.run(store.checkpoint());
    rig.powerLoss('lose-all');
    const checkpointed = await rig.open();
    const same = await rig.openLog(checkpointed, { flush: 'os' });
    expect([same.lossy, same.logEnd]).toEqual([false, 1]);
    await rig.persist(same, { append: [makeBatch(1, 1)] });
    rig.powerLoss('lose-all');
    const lost = await rig.openLog(await rig.open(), { flush: 'os' });
    expect([lost.lossy, lost.logEnd]).toEqual([true, 1]);
    rig.kill();
    const still = await rig.openLog(await rig.open(), { flush: 'os' });
    expect(still.lossy).toBe(true);
    still.noteCaughtUp();
    expect(still.lossy).toBe(false);
  });

  it('takes nothing from a log with flush=always, and a kill nothing from any', async () => {
    const rig = new StoreRig('always');
    const log = await rig.openLog(await rig.open());
    await rig.persist(log, { append: [makeBatch(0, 1)] });
    rig.powerLoss('lose-all');
    const same = await rig.openLog(await rig.open());
    expect([same.lossy, same.logEnd]).toEqual([false, 1]);
  });

  it('keeps the metadata log whatever the node flushes', async () => {
    const rig = new StoreRig('metadata');
    const { METADATA_GROUP } = await import('../../raft/index.ts');
    const log = await rig.openLog(await rig.open(), { flush: 'os' }, METADATA_GROUP);
    expect(log.settings.flush).toBe('always');
    await rig.persist(log, { hardState: { term: term(3), votedFor: null }, append: [makeBatch(0, 3)] });
    rig.powerLoss('lose-all');
    const same = await rig.openLog(await rig.open(), { flush: 'os' }, METADATA_GROUP);
    expect(same.recovered).toMatchObject({ logEnd: 1, hardState: { term: 3 } });
  });

  it('keeps the vote of a log with flush=os', async () => {
    const rig = new StoreRig('vote');
    const log = await rig.openLog(await rig.open(), { flush: 'os' });
    await rig.persist(log, { hardState: vote(7), openTerm: { term: 7, start: 0 } });
    rig.powerLoss('lose-all');
    const same = await rig.openLog(await rig.open(), { flush: 'os' });
    expect(same.recovered).toMatchObject({ hardState: { term: 7 }, terms: [{ term: 7, start: 0 }] });
  });
});

describe('a deleted log', () => {
  it('is gone for good, and one made anew of the same group knows nothing of it', async () => {
    const rig = new StoreRig('delete');
    const store = await rig.open();
    const log = await rig.openLog(store);
    await rig.persist(log, { hardState: vote(9), append: [makeBatch(0, 9)] });
    await rig.run(store.deleteLog(GROUP));
    const fresh = await rig.openLog(store);
    expect(fresh.recovered).toMatchObject({ logEnd: 0, hardState: { term: 0 } });
    await rig.persist(fresh, { append: [makeBatch(0, 1), makeBatch(1, 1)] });
    rig.kill();
    const again = await rig.openLog(await rig.open());
    expect(again.recovered).toMatchObject({
      logStart: 0,
      logEnd: offset(2),
      hardState: { term: 0 },
      terms: [{ term: 1 }],
    });
  });
});
