/** Consumers of all kinds on a cluster that is well: that they do what they are for, and find nothing. */
import { describe, expect, it } from 'vitest';

import { seededRandom } from '../../../raft/index.ts';
import {
  ALWAYS_BUSY,
  drawWorkload,
  GroupHistory,
  lessWork,
  LogTrimmer,
  OffsetWatcher,
  Stage,
  startWorkload,
  WatermarkWatcher,
} from '../../../chaos/workload/index.ts';
import type { WorkloadShape } from '../../../chaos/workload/index.ts';
import { quietWorkload } from './quiet-workload.ts';

const MAIN = { partitions: 3, replicas: 3, minInsync: null, denseIndex: false } as const;
const TRIMMED = {
  ...quietWorkload(3),
  main: MAIN,
  everyMs: 25,
  writers: 1,
  trimmed: 'delete-records',
  wanderers: 2,
  watchers: true,
} as const;

describe('consumers', () => {
  it('wander, watch and have records deleted, and find nothing wrong', async () => {
    const stage = await new Stage({ seed: 'consumers', nodes: 3 }).open();
    const { cluster } = stage;
    await startWorkload(stage, TRIMMED);
    await cluster.run(8000);
    await stage.end();
    for (const { lives, count } of stage.wanderers) {
      expect(lives).toBeGreaterThan(1);
      expect(count).toBeGreaterThan(10);
    }
    const watchers = stage.workers.filter((worker) => worker instanceof WatermarkWatcher);
    expect(watchers.map(({ name }) => name)).toEqual(['watcher-t', 'watcher-r']);
    for (const { count } of watchers) expect(count).toBeGreaterThan(10);
    const [trimmer] = stage.workers.filter((worker) => worker instanceof LogTrimmer);
    expect(trimmer?.starts.some((start) => start > 10)).toBe(true);
  });

  it('lose the beginning of a log to retention, segments of a few records at a time', async () => {
    const stage = await new Stage({ seed: 'consumers', nodes: 3, segmentBytes: 4096 }).open();
    const { cluster } = stage;
    await startWorkload(stage, { ...quietWorkload(3), trimmed: 'retention', watchers: true, everyMs: 25 });
    await cluster.run(6000);
    const leader = cluster.leader('r', 0) ?? 0;
    expect(cluster.replica(leader, 'r', 0)?.logStart).toBeGreaterThan(5);
    await stage.end();
  });

  it('are members of a group with whims, which comes together in the end, and who watches them', async () => {
    const stage = await new Stage({ seed: 'members', nodes: 3 }).open();
    const { cluster, group, members } = stage;
    await startWorkload(stage, {
      ...quietWorkload(3),
      main: MAIN,
      writers: 1,
      members: 3,
      watchers: true,
      everyMs: 25,
    });
    await cluster.run(25_000);
    const watchers = stage.workers.filter((worker) => worker instanceof OffsetWatcher);
    expect(watchers.map(({ count }) => count > 50)).toEqual([true]);
    expect(group.generations).toBeGreaterThan(3);
    expect(group.commits).toBeGreaterThan(50);
    expect(group.refused).toBeGreaterThan(0);
    await stage.end();
    expect(members.every(({ count }) => count > 0)).toBe(true);
  });
});

describe('what a group is owed', () => {
  it('C1: nobody begins below what somebody was shown', () => {
    const group = new GroupHistory();
    group.process(0, 10);
    group.show(0, 8);
    group.show(0, 7);
    expect(group.committed(0)).toBe(8);
    expect(() => group.resume(0, 7, group.committed(0))).toThrow(/^C1/);
  });

  it('C3: nobody is shown more than was processed', () => {
    const group = new GroupHistory();
    group.process(0, 10);
    expect(() => group.show(0, 11)).toThrow(/^C3/);
  });
});

describe('phases', () => {
  it('leave a trickle in quiet time', async () => {
    const sent = async (quiet: boolean): Promise<number> => {
      const stage = await new Stage({ seed: 'phases', nodes: 3 }).open();
      const phases = quiet ? ({ kind: 'in-turn', busyMs: 1000, quietMs: 60_000, slowdown: 100 } as const) : ALWAYS_BUSY;
      await startWorkload(stage, { ...quietWorkload(3), phases, writers: 1, everyMs: 25 });
      await stage.cluster.run(5000);
      return stage.history.sent;
    };
    expect(await sent(false)).toBeGreaterThan(150);
    const trickle = await sent(true);
    expect(trickle).toBeGreaterThan(35);
    expect(trickle).toBeLessThan(60);
  });
});

describe('the shape of a workload', () => {
  it('asks for no more replicas than there are nodes, and survives JSON', () => {
    for (let seed = 0; seed < 300; seed += 1) {
      const nodes = 1 + (seed % 7);
      const shape = drawWorkload(seededRandom(String(seed)), nodes);
      expect(shape.main.replicas).toBeLessThanOrEqual(nodes);
      expect(shape.main.replicas).toBeGreaterThanOrEqual(Math.min(3, nodes));
      expect(shape.main.minInsync ?? 1).toBeLessThan(Math.max(2, shape.main.replicas));
      expect(shape.fragile?.replicas ?? 1).toBeLessThanOrEqual(nodes);
      expect(JSON.parse(JSON.stringify(shape))).toEqual(shape);
      const least = lessWork(shape).reduce<WorkloadShape>((smaller, less) => ({ ...smaller, ...less }), shape);
      expect(lessWork(least)).toEqual([]);
      expect(least.everyMs).toBeGreaterThan(0);
    }
  });
});
