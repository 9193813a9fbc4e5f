/** Lives of brokers: registration, who may take a node's place, unfencing, leaving in order. */
import { describe, expect, it } from 'vitest';
import { directoryId, incarnation, nodeId, offset } from '../../raft/index.ts';
import { Scene, registration } from './scene.ts';

describe('brokers', () => {
  it('begin fenced, and serve once they have applied their own registration', () => {
    const scene = new Scene();
    scene.register(1, 'life-1');
    const at = scene.image.brokers.get(nodeId(1))?.registeredAt ?? 0;
    expect(scene.heartbeat(1, { appliedEnd: at })).toMatchObject({ value: { fenced: true } });
    expect(scene.heartbeat(1, { appliedEnd: at + 1 })).toMatchObject({ value: { fenced: false } });
    expect(scene.image.brokers.get(nodeId(1))?.fenced).toBe(false);
  });

  it('registering the same life again changes nothing', () => {
    const scene = new Scene().start(1);
    const before = scene.image;
    expect(scene.run(registration(1, 'life-1'))).toEqual({ kind: 'done', value: null });
    expect(scene.image).toBe(before);
  });

  it('a successor in the same directory takes over at once, even while frames of the old life are fresh', () => {
    const scene = new Scene().start(1);
    scene.alive.add(nodeId(1));
    scene.register(1, 'life-1b');
    expect(scene.lifeOf(1)).toBe('life-1b');
  });

  it('another directory, or one that does not know the present life, waits until that one is silent', () => {
    const scene = new Scene().start(1);
    scene.alive.add(nodeId(1));
    const stranger = registration(1, 'stranger', {
      directory: directoryId('other'),
      knownIncarnations: [incarnation('life-1')],
    });
    const ghost = registration(1, 'ghost', { knownIncarnations: [incarnation('life-0')] });
    expect(scene.run(stranger)).toMatchObject({ refusal: { reason: 'node-in-use' } });
    expect(scene.run(ghost)).toMatchObject({ refusal: { reason: 'node-in-use' } });
    scene.alive.clear();
    expect(scene.run(stranger)).toMatchObject({ kind: 'done' });
  });

  it('heartbeats of an old life and of strangers are refused by name', () => {
    const scene = new Scene().start(1);
    const beat = { kind: 'broker-heartbeat', appliedEnd: offset(9), wantsUnfence: true, wantsShutdown: false } as const;
    const old = { ...beat, node: nodeId(1), incarnation: incarnation('life-0') };
    expect(scene.run(old)).toMatchObject({ refusal: { reason: 'stale-incarnation' } });
    const stranger = { ...beat, node: nodeId(7), incarnation: incarnation('life-7') };
    expect(scene.run(stranger)).toMatchObject({ refusal: { reason: 'unknown-broker' } });
  });

  it('leave in order: leaderships move, then the others learn of it, then they are fenced and may stop', () => {
    const scene = new Scene().start(1, 2, 3);
    scene.topic('t', [1, 2, 3]);
    scene.topic('alone', [1]);
    scene.caughtUp = false;
    expect(scene.heartbeat(1, { wantsShutdown: true })).toMatchObject({ value: { mayStop: false } });
    expect(scene.show('t')).toBe('2/2 2,3||');
    expect(scene.show('alone')).toBe('1/1 1||');
    expect(scene.heartbeat(1, { wantsShutdown: true })).toMatchObject({ value: { mayStop: false } });
    scene.caughtUp = true;
    expect(scene.heartbeat(1, { wantsShutdown: true })).toMatchObject({ value: { mayStop: true } });
    expect(scene.show('alone')).toBe('-/2 |1|');
    expect(scene.image.brokers.get(nodeId(1))).toMatchObject({ fenced: true, leaving: true });
    expect(scene.heartbeat(1, { wantsShutdown: true })).toMatchObject({ value: { mayStop: true } });
  });

  it('a leaving leader that nobody can follow keeps its partition until somebody joins', () => {
    const scene = new Scene().start(1, 2);
    scene.topic('t', [1, 2]);
    scene.proposeIsr('t', [1]);
    scene.heartbeat(1, { wantsShutdown: true });
    expect(scene.show('t')).toBe('1/1 1||');
    expect(scene.proposeIsr('t', [1, 2])).toMatchObject([{ kind: 'done' }]);
    expect(scene.show('t')).toBe('2/2 1,2||');
  });

  it('are unregistered only when they do not serve', () => {
    const scene = new Scene().start(1, 2);
    expect(scene.run({ kind: 'unregister-broker', node: nodeId(2) })).toMatchObject({
      refusal: { reason: 'broker-alive' },
    });
    scene.fence(2);
    expect(scene.run({ kind: 'unregister-broker', node: nodeId(2) })).toMatchObject({ kind: 'done' });
    expect(scene.image.brokers.has(nodeId(2))).toBe(false);
    expect(scene.run({ kind: 'unregister-broker', node: nodeId(2) })).toMatchObject({
      refusal: { reason: 'unknown-broker' },
    });
  });

  it('get disjoint blocks of producer ids', () => {
    const scene = new Scene().start(1, 2);
    const ask = (node: number): unknown =>
      scene.run({ kind: 'allocate-producer-ids', node: nodeId(node), incarnation: scene.lifeOf(node) });
    expect(ask(1)).toEqual({ kind: 'done', value: { first: 0, count: 1000 } });
    expect(ask(2)).toEqual({ kind: 'done', value: { first: 1000, count: 1000 } });
  });
});
