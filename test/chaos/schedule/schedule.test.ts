/** Decisions: done, written down, done again; what does not fit says so and does nothing. */
import { describe, expect, test } from 'vitest';
import { SimCluster } from '../../../chaos/cluster/index.ts';
import { apply, DECISION_KINDS, describeDecision, invalidDecision, Schedule } from '../../../chaos/schedule/index.ts';
import type { Decision } from '../../../chaos/schedule/index.ts';

describe('a decision', () => {
  test('that fits is written down with its time', async () => {
    const cluster = new SimCluster({ seed: 1, nodes: 3 });
    await cluster.startAll();
    const schedule = new Schedule(cluster);
    expect(schedule.act({ kind: 'kill', node: 2 })).toBe(true);
    expect(schedule.decisions).toEqual([{ at: cluster.world.now(), kind: 'kill', node: 2 }]);
    expect(cluster.machine(2).running).toBe(false);
  });

  test('that does not fit does nothing and says why', async () => {
    const cluster = new SimCluster({ seed: 1, nodes: 3 });
    await cluster.startAll();
    cluster.kill(2);
    expect(apply(cluster, { kind: 'kill', node: 2 })).toBe('node 2 does not run');
    expect(apply(cluster, { kind: 'start', node: 1 })).toBe('node 1 runs already');
    expect(apply(cluster, { kind: 'kill', node: 9 })).toBe('there is no node 9');
    expect(apply(cluster, { kind: 'block', from: 'node1', to: 'nobody' })).toBe('there is no machine nobody');
    expect(apply(cluster, { kind: 'flip-bit', node: 2, path: '/data/none', bit: 1 })).toContain(
      'node2 has no /data/none',
    );
    const schedule = new Schedule(cluster);
    expect(schedule.act({ kind: 'kill', node: 2 })).toBe(false);
    expect(schedule.decisions).toEqual([]);
  });

  test('of a list is done at its time, or counted as one that does not fit', async () => {
    const cluster = new SimCluster({ seed: 1, nodes: 3 });
    await cluster.startAll();
    const now = cluster.world.now();
    const list: readonly Decision[] = [
      { at: now + 100, kind: 'kill', node: 3 },
      { at: now + 150, kind: 'kill', node: 3 },
    ];
    const schedule = new Schedule(cluster);
    schedule.replay(list);
    await cluster.run(99);
    expect(cluster.machine(3).running).toBe(true);
    await cluster.run(2);
    expect(cluster.machine(3).running).toBe(false);
    await cluster.run(100);
    expect(schedule.decisions).toEqual(list.slice(0, 1));
    expect(schedule.misfits).toMatchObject([{ index: 1, reason: 'node 3 does not run' }]);
  });

  test('read from a file is refused without a time or of an unknown kind, with the kinds there are', () => {
    expect(invalidDecision({ at: 1, kind: 'kill', node: 1 })).toBeNull();
    expect(invalidDecision({ kind: 'kill' })).toContain('"at" must be milliseconds');
    expect(invalidDecision({ at: 1, kind: 'explode' })).toContain(DECISION_KINDS.join(', '));
    expect(invalidDecision(null)).toContain('must be an object');
  });

  test('reads as a line', () => {
    expect(describeDecision({ at: 1204.66, kind: 'block', from: 'node1', to: 'node3' })).toBe(
      '1204.7 block node1 node3',
    );
    expect(describeDecision({ at: 1, kind: 'power-loss', node: 2, mode: 'mixed' })).toBe('1.0 power-loss node2 mixed');
  });
});
