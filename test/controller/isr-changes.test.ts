/** ISR changes by compare-and-set: whatever moved meanwhile refuses the proposal (M37, KIP-903). */
import { describe, expect, it } from 'vitest';
import { incarnation, nodeId, term } from '../../raft/index.ts';
import type { IsrProposal } from '../../src/controller/index.ts';
import { Scene } from './scene.ts';

function scene(): Scene {
  const world = new Scene().start(1, 2, 3, 4);
  world.topic('t', [1, 2, 3]);
  world.topic('voted', [1, 2, 3], { replication: 'quorum' });
  return world;
}

function propose(world: Scene, change: Partial<IsrProposal>, from = 1, life?: string): unknown {
  const { topicId, index, leaderTerm, version } = world.partition('t');
  const isr = [1, 2].map((node) => ({ node: nodeId(node), incarnation: world.lifeOf(node) }));
  const proposal: IsrProposal = { topicId, partition: index, leaderTerm, version, isr, expelled: [], ...change };
  const sender = { node: nodeId(from), incarnation: life === undefined ? world.lifeOf(from) : incarnation(life) };
  return world.run({ kind: 'alter-partition', ...sender, proposals: [proposal] })[0];
}

const one = { node: nodeId(1), incarnation: incarnation('life-1') };
const member = (node: number, life: string): IsrProposal['isr'][number] => ({
  node: nodeId(node),
  incarnation: incarnation(life),
});

describe('an ISR proposal', () => {
  it('that fits is accepted, raises the version by one and leaves the term', () => {
    const world = scene();
    expect(propose(world, {})).toEqual({ kind: 'done', value: { version: 1 } });
    expect(world.partition('t')).toMatchObject({ isr: [1, 2], version: 1, leaderTerm: 1, leader: 1 });
  });

  it('that changes nothing moves the version all the same, so that old copies die', () => {
    const world = scene();
    const isr = [1, 2, 3].map((node) => member(node, `life-${node}`));
    expect(propose(world, { isr })).toEqual({ kind: 'done', value: { version: 1 } });
    expect(propose(world, { isr, version: 0 })).toMatchObject({ refusal: { reason: 'stale-version' } });
  });

  it.each<readonly [string, Partial<IsrProposal>, string]>([
    ['an unknown topic', { topicId: 'nothing' }, 'unknown-topic-id'],
    ['an unknown partition', { partition: 5 }, 'unknown-partition'],
    ['an older term', { leaderTerm: term(0) }, 'stale-term'],
    ['a newer term', { leaderTerm: term(9) }, 'stale-term'],
    ['another version', { version: 7 }, 'stale-version'],
    ['a stranger', { isr: [one, member(4, 'life-4')] }, 'invalid-request'],
    ['a member twice', { isr: [one, one] }, 'invalid-request'],
    ['no leader in it', { isr: [member(2, 'life-2')] }, 'invalid-request'],
    ['a member that is expelled too', { isr: [one, member(2, 'life-2')], expelled: [nodeId(2)] }, 'invalid-request'],
    ['a former life of a member', { isr: [one, member(2, 'life-0')] }, 'ineligible-replica'],
    ['a member of unknown life', { isr: [one, { node: nodeId(2), incarnation: null }] }, 'ineligible-replica'],
  ])('with %s is refused', (_, change, reason) => {
    const world = scene();
    const before = world.image;
    expect(propose(world, change)).toMatchObject({ kind: 'refused', refusal: { reason } });
    expect(world.image).toBe(before);
  });

  it('with a fenced or leaving newcomer is refused; who is leaving may stay', () => {
    const world = scene();
    world.fence(3);
    expect(propose(world, { isr: [one, member(3, 'life-3')] })).toMatchObject({
      refusal: { reason: 'ineligible-replica' },
    });
    propose(world, { isr: [one] });
    world.heartbeat(2, { wantsShutdown: true });
    expect(propose(world, { isr: [one, member(2, 'life-2')] })).toMatchObject({
      refusal: { reason: 'ineligible-replica' },
    });
  });

  it('from another node than the leader, or from a former life of it, is refused', () => {
    const world = scene();
    expect(propose(world, {}, 2)).toMatchObject({ refusal: { reason: 'not-leader' } });
    expect(propose(world, {}, 1, 'life-0')).toMatchObject({ refusal: { reason: 'stale-incarnation' } });
    world.register(1, 'life-1b');
    world.heartbeat(1);
    expect(propose(world, { leaderTerm: world.partition('t').leaderTerm }, 1)).toMatchObject({
      refusal: { reason: 'not-leader' },
    });
  });

  it('for a partition whose replicas vote is refused', () => {
    const world = scene();
    expect(propose(world, { topicId: world.find('voted').id, leaderTerm: term(0) })).toMatchObject({
      refusal: { reason: 'invalid-request' },
    });
  });

  it('that stands twice in a request is taken once', () => {
    const world = scene();
    const { topicId, leaderTerm, version } = world.partition('t');
    const proposal = { topicId, partition: 0, leaderTerm, version, isr: [one], expelled: [] };
    const answers = world.run({ kind: 'alter-partition', ...one, proposals: [proposal, proposal] });
    expect(answers).toMatchObject([{ kind: 'done' }, { refusal: { reason: 'stale-version' } }]);
  });
});
