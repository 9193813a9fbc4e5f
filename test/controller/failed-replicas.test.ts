/**
 * A replica's log fails while its broker runs: it leaves ISR and ELR, another leads, the term is new.
 * Shown as `leader/term isr|elr|lossy`.
 */
import { describe, expect, it } from 'vitest';
import { incarnation, nodeId } from '../../raft/index.ts';
import type { ItemResult } from '../../src/controller/index.ts';
import { Scene } from './scene.ts';

function scene(replicas: readonly number[], configs: Readonly<Record<string, string>> = {}): Scene {
  const world = new Scene().start(...replicas);
  world.topic('t', replicas, configs);
  return world;
}

function report(
  world: Scene,
  node: number,
  change: { readonly version?: number; readonly life?: string } = {},
): ItemResult {
  const { topicId, index, version } = world.partition('t');
  const life = change.life === undefined ? world.lifeOf(node) : incarnation(change.life);
  const replicas = [{ topicId, partition: index, version: change.version ?? version }];
  const [answer] = world.run({ kind: 'report-failed-replicas', node: nodeId(node), incarnation: life, replicas });
  if (answer === undefined) throw new Error('no answer');
  return answer;
}

describe('a failed replica', () => {
  it('that led is followed by the next in the ISR', () => {
    const world = scene([1, 2, 3]);
    expect(report(world, 1)).toMatchObject({ kind: 'done' });
    expect(world.show('t')).toBe('2/2 2,3||');
  });

  it('that followed leaves the ISR; the leader stays, in a new term, so that its progress begins afresh', () => {
    const world = scene([1, 2, 3]);
    report(world, 3);
    expect(world.show('t')).toBe('1/2 1,2||');
    expect(world.partition('t').leaderIncarnation).toBe(world.lifeOf(1));
  });

  it('that is outside the ISR gives a new term too: a proposal that lets it in may be under way', () => {
    const world = scene([1, 2, 3]);
    world.proposeIsr('t', [1, 2]);
    const { version, leaderTerm } = world.partition('t');
    report(world, 3);
    expect(world.partition('t')).toMatchObject({ version: version + 1, leaderTerm: leaderTerm + 1, isr: [1, 2] });
  });

  it('leaves the ELR, and is marked while the ISR is too small', () => {
    const world = scene([1, 2, 3], { 'min.insync.replicas': '2' });
    world.proposeIsr('t', [1]);
    expect(world.show('t')).toBe('1/1 1|2,3|');
    report(world, 2);
    expect(world.show('t')).toBe('1/2 1|3|2');
  });

  it('that was the last of the ISR leaves nobody to lead, and is never elected, whatever an operator allows', () => {
    const world = scene([1]);
    report(world, 1);
    expect(world.show('t')).toBe('-/2 ||1');
    const partitions = [{ topic: 't', partition: 0 }];
    expect(world.run({ kind: 'elect-leaders', election: 'unclean', partitions })).toMatchObject([
      { result: { kind: 'refused', refusal: { reason: 'eligible-leaders-not-available' } } },
    ]);
    world.fence(1);
    world.heartbeat(1);
    expect(world.show('t')).toBe('-/2 ||1');
  });

  it.each(['always', 'os'])(
    'that was the last of the ISR waits for an operator who names another (flush=%s)',
    (flush) => {
      const world = scene([1, 2], { flush });
      world.proposeIsr('t', [1]);
      report(world, 1);
      expect(world.show('t')).toBe('-/2 ||1');
      world.run({ kind: 'elect-leaders', election: 'unclean', partitions: [{ topic: 't', partition: 0 }] });
      expect(world.show('t')).toBe('2/3 2||');
    },
  );

  it('and the only one is back from a restart whole again: it leads, and nothing was lost', () => {
    const world = scene([1]);
    report(world, 1);
    const here = { topicId: world.find('t').id, partition: 0, lastTerm: 1 as never, end: 9 as never };
    world.register(1, 'failed', [{ ...here, lossy: true, failed: true }]);
    world.heartbeat(1);
    expect(world.show('t')).toBe('-/2 ||1');
    world.register(1, 'whole', [{ ...here, lossy: false, failed: false }]);
    expect(world.show('t')).toBe('-/2 |1|');
    world.heartbeat(1);
    expect(world.show('t')).toBe('1/3 1||');
    expect(world.image.uncleanElections).toBe(0);
  });

  it.each<readonly [string, { readonly lossy: boolean }, { readonly knownIncarnations?: never[] }]>([
    ['that lost power', { lossy: true }, {}],
    ['of another directory', { lossy: false }, { knownIncarnations: [] }],
  ])('and the only one whose log is one %s stays out', (_, log, change) => {
    const world = scene([1]);
    report(world, 1);
    const here = { topicId: world.find('t').id, partition: 0, lastTerm: 1 as never, end: 9 as never };
    world.register(1, 'back', [{ ...here, ...log, failed: false }], change);
    world.heartbeat(1);
    expect(world.show('t')).toBe('-/2 ||1');
  });

  it('comes back from a restart failed, or, whole again, as lossy as its end says', () => {
    const world = scene([1, 2]);
    world.proposeIsr('t', [1]);
    report(world, 1);
    const here = { topicId: world.find('t').id, partition: 0, lastTerm: 1 as never, end: 9 as never };
    world.register(1, 'again', [{ ...here, lossy: true, failed: true }]);
    expect(world.partition('t').lossy).toMatchObject([{ node: 1, failed: true }]);
    world.register(1, 'mended', [{ ...here, lossy: false, failed: false }]);
    expect(world.partition('t').lossy).toEqual([{ node: 1, lastTerm: 1, end: 9, failed: false }]);
  });

  it('that an operator has cut leads with what is left, and the loss is counted', () => {
    const world = scene([1]);
    report(world, 1);
    const { topicId, index: partition, version } = world.partition('t');
    const left = { topicId, partition, lastTerm: 1 as never, end: 5 as never };
    const accept = (change: object) =>
      world.run({ kind: 'accept-loss', node: nodeId(1), incarnation: world.lifeOf(1), version, ...left, ...change });
    expect(accept({ version: version - 1 })).toMatchObject({ refusal: { reason: 'stale-version' } });
    expect(accept({ incarnation: 'other' })).toMatchObject({ refusal: { reason: 'stale-incarnation' } });
    expect(accept({})).toMatchObject({ kind: 'done' });
    expect(world.show('t')).toBe('1/3 1||');
    expect(world.image.uncleanElections).toBe(1);
    expect(accept({ version: version + 1 })).toMatchObject({ refusal: { reason: 'election-not-needed' } });
    expect(world.replayed().topicsByName.get('t')).toEqual(world.find('t'));
  });

  it('that an operator has cut does not lead while its broker is fenced', () => {
    const world = scene([1]);
    report(world, 1);
    world.fence(1);
    const { topicId, index: partition, version } = world.partition('t');
    const left = { topicId, partition, version, lastTerm: 1 as never, end: 5 as never };
    expect(world.run({ kind: 'accept-loss', node: nodeId(1), incarnation: world.lifeOf(1), ...left })).toMatchObject({
      refusal: { reason: 'eligible-leaders-not-available' },
    });
    expect(world.show('t')).toBe('-/2 ||1');
  });

  it('that a late copy of the report speaks of is left alone', () => {
    const world = scene([1, 2, 3]);
    const { version } = world.partition('t');
    report(world, 3, { version });
    world.proposeIsr('t', [1, 2, 3]);
    expect(report(world, 3, { version })).toMatchObject({ refusal: { reason: 'stale-version' } });
    expect(world.show('t')).toBe('1/2 1,2,3||');
  });

  it('is reported by its own life only', () => {
    const world = scene([1, 2, 3]);
    expect(report(world, 3, { life: 'life-0' })).toMatchObject({ refusal: { reason: 'stale-incarnation' } });
    expect(world.show('t')).toBe('1/1 1,2,3||');
  });

  it('of a topic whose replicas vote is no longer named as its leader', () => {
    const world = scene([1, 2, 3], { replication: 'quorum' });
    const { topicId, index } = world.partition('t');
    const reports = [{ topicId, partition: index, term: 1 as never }];
    world.run({ kind: 'report-quorum-leader', node: nodeId(1), incarnation: world.lifeOf(1), reports });
    report(world, 1);
    expect(world.partition('t')).toMatchObject({ leader: null, leaderTerm: 1 });
    expect(world.replayed().topicsByName.get('t')).toEqual(world.find('t'));
  });
});
