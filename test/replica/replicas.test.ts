/** Ticks and routing of all replicas of a node. */
import { describe, expect, it } from 'vitest';
import { groupId, millis } from '../../raft/index.ts';
import { Replicas, TurnQueue } from '../../src/replica/index.ts';
import type { Replica } from '../../src/replica/index.ts';
import { TestClock } from '../coordinator/test-clock.ts';
import { clientBatch, ReplicaRig } from './replica-rig.ts';

/** What `Replicas` uses of a replica. */
function tickable(name: string, due: () => number | null, ticked: () => void): Replica {
  const fake: unknown = {
    group: groupId(name),
    nextDue: due,
    input: ({ kind }: { kind: string }) => {
      if (kind === 'tick') ticked();
    },
    close: () => undefined,
  };
  return fake as Replica;
}

describe('replicas of a node', () => {
  it('a replica that is always due is ticked at most every 5 ms', async () => {
    const clock = new TestClock();
    const replicas = new Replicas(clock, new TurnQueue(clock));
    let ticks = 0;
    replicas.add(
      tickable(
        'eager',
        () => 0,
        () => {
          ticks += 1;
          const self = replicas.get(groupId('eager'));
          if (self !== null) replicas.noteDue(millis(0), self);
        },
      ),
    );
    await clock.advance(100);
    expect(ticks).toBeGreaterThanOrEqual(19);
    expect(ticks).toBeLessThanOrEqual(21);
    expect(clock.timers).toBe(1);
  });

  it('ticks that replicas ask for between ticks keep their distance too', async () => {
    const clock = new TestClock();
    const replicas = new Replicas(clock, new TurnQueue(clock));
    let ticks = 0;
    const replica = tickable(
      'asking',
      () => 0,
      () => (ticks += 1),
    );
    replicas.add(replica);
    for (let at = 0; at < 100; at += 1) {
      replicas.noteDue(millis(0), replica);
      await clock.advance(1);
    }
    expect(ticks).toBeLessThanOrEqual(21);
  });

  it('10,000 idle groups beside one that ticks cost nothing: they are not even asked', async () => {
    const clock = new TestClock();
    const replicas = new Replicas(clock, new TurnQueue(clock));
    let asked = 0;
    for (let index = 0; index < 10_000; index += 1) {
      replicas.add(
        tickable(
          `idle-${index}`,
          () => {
            asked += 1;
            return null;
          },
          () => undefined,
        ),
      );
    }
    let due = 100;
    replicas.add(
      tickable(
        'busy',
        () => due,
        () => (due += 100),
      ),
    );
    asked = 0;
    await clock.advance(1000);
    expect(due).toBe(1100);
    expect(asked).toBe(0);
  });

  it('idle isr groups with followers that are caught up leave no timer behind', async () => {
    const rig = new ReplicaRig();
    rig.assign(1, 1);
    rig.at(1).replica.propose([clientBatch('a')]);
    await rig.clock.advance(10_000);
    expect(rig.nodes.map(({ replica }) => replica.nextDue())).toEqual([null, null, null]);
    expect(rig.clock.timers).toBe(0);
  });

  it('a replica gets no tick before it was added, nor after it was removed', async () => {
    const clock = new TestClock();
    const replicas = new Replicas(clock, new TurnQueue(clock));
    let ticks = 0;
    const replica = tickable(
      'late',
      () => 0,
      () => (ticks += 1),
    );
    replicas.noteDue(millis(0), replica);
    await clock.advance(50);
    expect(ticks).toBe(0);
    replicas.add(replica);
    await clock.advance(50);
    expect(ticks).toBeGreaterThan(0);
    const before = ticks;
    replicas.remove(groupId('late'));
    await clock.advance(50);
    expect(ticks).toBe(before);
  });

  it('messages of groups that are not hosted are dropped', () => {
    const rig = new ReplicaRig({ nodes: 1 });
    const message = { kind: 'timeout-now', term: 1 } as const;
    expect(() =>
      rig.at(1).replicas.onMessage(2 as never, groupId('unknown:0'), message as never, Buffer.alloc(0)),
    ).not.toThrow();
  });
});
