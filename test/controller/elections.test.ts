/**
 * Who leads when brokers come and go: the ISR, the ELR (KIP-966), lossy replicas, unclean elections.
 * Shown as `leader/term isr|elr|lossy`.
 */
import { describe, expect, it } from 'vitest';
import { nodeId, offset, term } from '../../raft/index.ts';
import type { FoundReplica } from '../../src/controller/index.ts';
import { Scene } from './scene.ts';

const OS = { flush: 'os' };

function found(scene: Scene, name: string, lastTerm: number, end: number, lossy: boolean): readonly FoundReplica[] {
  return [
    { topicId: scene.find(name).id, partition: 0, lastTerm: term(lastTerm), end: offset(end), lossy, failed: false },
  ];
}

function three(configs: Readonly<Record<string, string>> = {}): Scene {
  const scene = new Scene().start(1, 2, 3);
  scene.topic('t', [1, 2, 3], configs);
  return scene;
}

describe('elections', () => {
  it('a new partition is led by its first serving replica, all serving ones in sync', () => {
    expect(three().show('t')).toBe('1/1 1,2,3||');
    const scene = new Scene().start(1, 2, 3);
    scene.fence(1);
    scene.topic('t', [1, 2, 3]);
    expect(scene.show('t')).toBe('2/1 2,3||');
  });

  it('a fenced leader is followed by the first live member of the ISR', () => {
    const scene = three();
    scene.fence(1);
    expect(scene.show('t')).toBe('2/2 2,3||');
  });

  it('a fenced follower leaves the ISR; leader and term stay, the version moves', () => {
    const scene = three();
    scene.fence(3);
    expect(scene.show('t')).toBe('1/1 1,2||');
    expect(scene.partition('t').version).toBe(1);
  });

  it('below min.insync.replicas those who leave the ISR stay eligible, and the last one too', () => {
    const scene = three();
    scene.fence(1, 2);
    expect(scene.show('t')).toBe('3/3 3|2|');
    scene.fence(3);
    expect(scene.show('t')).toBe('-/4 |2,3|');
  });

  it('the first eligible replica that comes back leads, alone; one that is in neither set does not', () => {
    const scene = three();
    scene.fence(1, 2, 3);
    scene.heartbeat(1);
    expect(scene.show('t')).toBe('-/4 |2,3|');
    scene.heartbeat(3);
    expect(scene.show('t')).toBe('3/5 3|2|');
  });

  it('an ISR that reaches the minimum again empties the ELR', () => {
    const scene = three();
    scene.fence(1, 2);
    scene.heartbeat(1);
    expect(scene.proposeIsr('t', [3, 1])).toMatchObject([{ kind: 'done' }]);
    expect(scene.show('t')).toBe('3/3 3,1||');
  });

  it('an ISR that its leader shrinks below the minimum fills the ELR', () => {
    const scene = three();
    scene.proposeIsr('t', [1]);
    expect(scene.show('t')).toBe('1/1 1|2,3|');
  });

  it('a member expelled for ending below the high watermark does not become eligible', () => {
    const scene = three();
    scene.proposeIsr('t', [1], [3]);
    expect(scene.show('t')).toBe('1/1 1|2|');
  });

  it('lowering min.insync.replicas empties the ELR that is no longer needed', () => {
    const scene = three();
    scene.proposeIsr('t', [1]);
    const changes = [{ key: 'min.insync.replicas', operation: 'set', value: '1' } as const];
    const resource = { kind: 'topic', name: 't' } as const;
    scene.run({ kind: 'alter-configs', resources: [{ resource, replaceAll: false, changes }], validateOnly: false });
    expect(scene.show('t')).toBe('1/1 1||');
  });

  it('an eligible replica whose election reaches a lowered minimum leaves no ELR behind', () => {
    const scene = three();
    scene.fence(1, 2, 3);
    const changes = [{ key: 'min.insync.replicas', operation: 'set', value: '1' } as const];
    const resource = { kind: 'topic', name: 't' } as const;
    scene.run({ kind: 'alter-configs', resources: [{ resource, replaceAll: false, changes }], validateOnly: false });
    expect(scene.show('t')).toBe('-/4 |2,3|');
    scene.heartbeat(2);
    expect(scene.show('t')).toBe('2/5 2||');
  });

  it('raising min.insync.replicas fills no ELR after the fact', () => {
    const scene = three({ 'min.insync.replicas': '1' });
    scene.fence(2, 3);
    expect(scene.show('t')).toBe('1/1 1||');
    const changes = [{ key: 'min.insync.replicas', operation: 'set', value: '2' } as const];
    const resource = { kind: 'topic', name: 't' } as const;
    scene.run({ kind: 'alter-configs', resources: [{ resource, replaceAll: false, changes }], validateOnly: false });
    expect(scene.show('t')).toBe('1/1 1||');
  });

  it('a new life of the leader ends its leadership, even if the same node is chosen again', () => {
    const scene = new Scene().start(1);
    scene.topic('t', [1]);
    scene.register(1, 'life-1b');
    expect(scene.show('t')).toBe('-/2 |1|');
    scene.heartbeat(1);
    expect(scene.show('t')).toBe('1/3 1||');
    expect(scene.partition('t').leaderIncarnation).toBe('life-1b');
  });
});

describe('replicas that may have lost records', () => {
  it('leave ISR and ELR, and come back only through the leader (P7, M38)', () => {
    const scene = three(OS);
    scene.fence(1, 2);
    scene.register(2, 'life-2b', found(scene, 't', 1, 50, true));
    scene.heartbeat(2);
    expect(scene.show('t')).toBe('3/3 3||2');
    scene.fence(3);
    expect(scene.show('t')).toBe('-/4 |3|2');
    scene.heartbeat(3);
    scene.proposeIsr('t', [3, 2]);
    expect(scene.show('t')).toBe('3/5 3,2||');
  });

  it('when all are lossy, all are waited for, and the greatest (last term, end) leads, counted', () => {
    const scene = three(OS);
    scene.fence(1, 2, 3);
    scene.register(2, 'life-2b', found(scene, 't', 2, 90, true));
    scene.heartbeat(2);
    expect(scene.show('t')).toBe('-/4 |3|2');
    scene.register(3, 'life-3b', found(scene, 't', 3, 80, true));
    scene.heartbeat(3);
    expect(scene.show('t')).toBe('3/5 3||');
    expect(scene.partition('t').unclean).toBe(true);
    expect(scene.image.uncleanElections).toBe(1);
  });

  it('waiting has a limit', () => {
    const scene = three(OS);
    scene.fence(1, 2, 3);
    scene.register(2, 'life-2b', found(scene, 't', 2, 90, true));
    scene.register(3, 'life-3b', found(scene, 't', 3, 80, true));
    scene.heartbeat(2);
    expect(scene.show('t')).toBe('-/4 ||2,3');
    scene.run({ kind: 'elect-lossy', partitions: [{ topicId: scene.find('t').id, partition: 0 }] });
    expect(scene.show('t')).toBe('2/5 2||');
  });

  it('an eligible replica that is away and may be intact is waited for, limit or not', () => {
    const scene = three(OS);
    scene.fence(1, 2, 3);
    scene.register(2, 'life-2b', found(scene, 't', 2, 90, true));
    scene.heartbeat(2);
    scene.run({ kind: 'elect-lossy', partitions: [{ topicId: scene.find('t').id, partition: 0 }] });
    expect(scene.show('t')).toBe('-/4 |3|2');
  });

  it('never lead a topic with flush=always without an operator', () => {
    const scene = new Scene().start(1);
    scene.topic('t', [1]);
    scene.register(1, 'life-1b', found(scene, 't', 1, 5, true));
    scene.heartbeat(1);
    scene.run({ kind: 'elect-lossy', partitions: [{ topicId: scene.find('t').id, partition: 0 }] });
    expect(scene.show('t')).toBe('-/2 ||1');
    scene.run({ kind: 'elect-leaders', election: 'unclean', partitions: [{ topic: 't', partition: 0 }] });
    expect(scene.show('t')).toBe('1/3 1||');
    expect(scene.image.uncleanElections).toBe(1);
  });

  it.each(['always', 'os'] as const)(
    'one with an empty disk leads only when no other copy is live, however old (%s)',
    (flush) => {
      const scene = new Scene({ flush }).start(1, 2);
      scene.topic('t', [1, 2]);
      scene.fence(1);
      scene.heartbeat(1);
      scene.register(2, 'life-2b', found(scene, 't', 0, 0, true));
      scene.heartbeat(2);
      if (flush === 'always')
        scene.run({ kind: 'elect-leaders', election: 'unclean', partitions: [{ topic: 't', partition: 0 }] });
      expect(scene.show('t')).toBe('1/4 1||');
      expect(scene.image.uncleanElections).toBe(1);
    },
  );

  it('are everything in a directory that the last life did not write, whatever it says', () => {
    const scene = new Scene({ flush: 'os' }).start(1, 2);
    scene.topic('t', [1, 2], { 'min.insync.replicas': '2' });
    scene.fence(1);
    scene.register(1, 'life-1b', found(scene, 't', 1, 5, false), { knownIncarnations: [] });
    scene.heartbeat(1);
    expect(scene.show('t')).toBe('2/2 2||1');
    expect(scene.partition('t').lossy).toEqual([{ node: 1, lastTerm: 1, end: 5, failed: false }]);
  });

  it('are everything of a node that was unregistered meanwhile: it may have another disk', () => {
    const scene = three(OS);
    scene.fence(1, 2, 3);
    scene.run({ kind: 'unregister-broker', node: nodeId(3) });
    scene.register(3, 'life-3b');
    scene.heartbeat(3);
    expect(scene.show('t')).toBe('-/4 |2|3');
  });

  it('intact logs stay eligible over a restart', () => {
    const scene = three();
    scene.fence(1, 2, 3);
    scene.register(2, 'life-2b', found(scene, 't', 3, 80, false));
    scene.heartbeat(2);
    expect(scene.show('t')).toBe('2/5 2|3|');
  });
});

describe('unclean elections', () => {
  it('happen only where allowed, and are counted', () => {
    const scene = three({ 'min.insync.replicas': '1', 'unclean.leader.election.enable': 'true' });
    scene.proposeIsr('t', [1]);
    scene.fence(1);
    expect(scene.show('t')).toBe('2/2 2||');
    expect(scene.image.uncleanElections).toBe(1);
    const strict = three({ 'min.insync.replicas': '1' });
    strict.proposeIsr('t', [1]);
    strict.fence(1);
    expect(strict.show('t')).toBe('-/2 |1|');
  });

  it('happen at once where they become allowed', () => {
    const scene = three({ 'min.insync.replicas': '1' });
    scene.proposeIsr('t', [1]);
    scene.fence(1);
    const changes = [{ key: 'unclean.leader.election.enable', operation: 'set', value: 'true' } as const];
    const resource = { kind: 'broker', node: null } as const;
    scene.run({ kind: 'alter-configs', resources: [{ resource, replaceAll: false, changes }], validateOnly: false });
    expect(scene.show('t')).toBe('2/3 2||');
  });
});

describe('preferred leaders', () => {
  it('get their partitions back when they are live and in the ISR', () => {
    const scene = three();
    scene.fence(1);
    scene.heartbeat(1);
    const refused = scene.run({
      kind: 'elect-leaders',
      election: 'preferred',
      partitions: [{ topic: 't', partition: 0 }],
    });
    expect(refused).toMatchObject([{ result: { refusal: { reason: 'preferred-leader-not-available' } } }]);
    scene.proposeIsr('t', [2, 3, 1]);
    scene.run({ kind: 'balance-leaders' });
    expect(scene.show('t')).toBe('1/3 2,3,1||');
    expect(scene.run({ kind: 'elect-leaders', election: 'preferred', partitions: null })).toEqual([]);
    const again = scene.run({
      kind: 'elect-leaders',
      election: 'preferred',
      partitions: [
        { topic: 't', partition: 0 },
        { topic: 't', partition: 9 },
      ],
    });
    expect(again).toMatchObject([
      { result: { refusal: { reason: 'election-not-needed' } } },
      { result: { refusal: { reason: 'unknown-topic' } } },
    ]);
  });
});

describe('quorum partitions', () => {
  it('record the leader that reports itself, by term, and forget it when its broker is fenced', () => {
    const scene = three({ replication: 'quorum' });
    expect(scene.show('t')).toBe('-/0 1,2,3||');
    const report = (node: number, inTerm: number): unknown =>
      scene.run({
        kind: 'report-quorum-leader',
        node: nodeId(node),
        incarnation: scene.lifeOf(node),
        reports: [{ topicId: scene.find('t').id, partition: 0, term: term(inTerm) }],
      });
    report(2, 4);
    expect(scene.show('t')).toBe('2/4 1,2,3||');
    expect(report(1, 3)).toMatchObject([{ refusal: { reason: 'stale-term' } }]);
    expect(report(1, 4)).toMatchObject([{ refusal: { reason: 'stale-term' } }]);
    scene.fence(2);
    expect(scene.show('t')).toBe('-/4 1,2,3||');
    scene.heartbeat(2);
    report(2, 4);
    expect(scene.show('t')).toBe('2/4 1,2,3||');
    report(1, 5);
    expect(scene.show('t')).toBe('1/5 1,2,3||');
    expect(report(1, 5)).toEqual([{ kind: 'done', value: null }]);
  });
});
