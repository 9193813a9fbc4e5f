/** The markers: states that are brought about on purpose are seen, states that were not are not. */
import { describe, expect, it } from 'vitest';
import { lookAtEnd, MARKERS, Markers } from '../../chaos/checkers/index.ts';
import type { MarkerName } from '../../chaos/checkers/index.ts';
import { ImageWatch } from '../../chaos/checkers/watch-image.ts';
import { History } from '../../chaos/workload/index.ts';
import type { Stage } from '../../chaos/workload/index.ts';
import { incarnation, nodeId, offset, term } from '../../raft/index.ts';
import { emptyImage } from '../../src/metadata/index.ts';
import type { MetadataImage, Partition, Topic } from '../../src/metadata/index.ts';
import { tell } from './story.ts';

/** Tells a story; these are among what was reached after it. */
async function expectReached(
  options: Parameters<typeof tell>[0],
  names: readonly MarkerName[],
  plot: (stage: Stage) => Promise<void>,
): Promise<void> {
  await tell(options, async (stage) => {
    await plot(stage);
    lookAtEnd(stage.markers, stage, []);
    expect(names.filter((name) => !stage.markers.has(name))).toEqual([]);
  });
}

function leaderOf({ cluster }: Stage): number {
  return cluster.leader('t', 0) ?? 0;
}

const TOPIC: Partition = {
  topicId: 'id',
  index: 0,
  replicas: [1, 2, 3].map(nodeId),
  isr: [1, 2, 3].map(nodeId),
  elr: [],
  lossy: [],
  leader: nodeId(1),
  leaderIncarnation: incarnation('a'),
  leaderTerm: term(1),
  version: 1,
  unclean: false,
  replication: 'isr',
};

/** Metadata in which the one partition of `t` went through these changes. */
function imagesOf(changes: readonly Partial<Partition>[]): readonly MetadataImage[] {
  const configs = new Map([['min.insync.replicas', '2']]);
  return changes.map((change, at) => {
    const topic: Topic = { id: 'id', name: 't', partitions: [{ ...TOPIC, ...change }], configs, internal: false };
    return { ...emptyImage(), end: offset(at + 1), topicsById: new Map([['id', topic]]) };
  });
}

function reachedBy(images: readonly MetadataImage[]): readonly MarkerName[] {
  const markers = new Markers();
  const watch = new ImageWatch(markers);
  for (const image of images) watch.look(image);
  return [...markers.reached()];
}

describe('the markers', () => {
  it('are many, and each has a sentence', () => {
    expect(Object.keys(MARKERS).length).toBeGreaterThan(100);
    for (const sentence of Object.values(MARKERS)) expect(sentence).toMatch(/^[a-z].{15,}[^.]$/);
  });

  it('say little of a cluster in which nothing happens', async () => {
    await tell({}, async (stage) => {
      await stage.topic('t');
      stage.writer({ topic: 't', everyMs: 50 }).start();
      stage.reader({ topic: 't' }).start();
      await stage.cluster.run(1000);
      const fair: readonly MarkerName[] = ['read-from-memory', 'reconnect-storm', 'snapshot-taken', 'vote-refused'];
      const more: readonly MarkerName[] = [
        'pre-vote-refused',
        'candidate-gave-way',
        'prospect-gave-way',
        'window-deep',
      ];
      const known = new Set<MarkerName>([
        ...fair,
        ...more,
        'leader-disk-behind',
        'former-answer-ignored',
        'broker-fenced',
      ]);
      const surprising = [...stage.markers.reached()].filter((name) => !known.has(name));
      expect(
        surprising.filter((name) => !['all-brokers-fenced', 'election-lost', 'peer-replaced'].includes(name)),
      ).toEqual([]);
    });
  });

  it('see two leaders, a tail that is cut, and who is told of it', async () => {
    const names: readonly MarkerName[] = [
      'two-leaders',
      'tail-truncated',
      'leader-overtaken',
      'leadership-lost-while-waiting',
      'high-watermark-stuck',
      'leader-cut-off',
      'silent-broker-fenced',
      'broker-fenced',
      'isr-shrunk',
      'isr-regrown',
      'peer-silent',
    ];
    await expectReached({}, names, async (stage) => {
      const { cluster } = stage;
      await stage.topic('t');
      stage.writer({ topic: 't', everyMs: 20 }).start();
      await cluster.run(300);
      const leader = leaderOf(stage);
      const rest = cluster.numbers().filter((node) => node !== leader);
      const { network } = cluster.world;
      network.partition(
        [cluster.machine(leader)],
        rest.map((node) => cluster.machine(node)),
      );
      await cluster.until(() => ![null, leader].includes(cluster.leader('t', 0)), 8000, 'another leader');
      await cluster.run(1500);
      network.heal();
      await cluster.run(3000);
    });
  });

  it('see deaths of processes and machines, and what they leave', async () => {
    const names: readonly MarkerName[] = [
      'whole-cluster-down',
      'majority-down',
      'started-after-kill',
      'started-after-power-loss',
      'started-clean',
      'shutdown-controlled',
      'dead-broker-fenced-by-hint',
      'peer-suspected',
      'peer-replaced',
      'leaderless',
    ];
    await expectReached({}, names, async (stage) => {
      const { cluster } = stage;
      await stage.topic('t');
      stage.writer({ topic: 't', everyMs: 20 }).start();
      await cluster.run(300);
      cluster.kill(leaderOf(stage));
      await cluster.run(1500);
      cluster.startDead();
      await cluster.untilReady();
      await cluster.run(100);
      for (const node of cluster.numbers()) cluster.powerLoss(node, 'lose-all');
      await cluster.run(500);
      cluster.startDead();
      await cluster.untilReady();
      await cluster.wait(cluster.stop(3));
      cluster.launch(3);
      await cluster.until(() => cluster.isReady(3), 10_000, 'node 3');
      await cluster.run(500);
    });
  });

  it('see clocks, paused leaders and full disks', async () => {
    const names: readonly MarkerName[] = [
      'wall-clock-back',
      'wall-clocks-apart',
      'clock-too-fast',
      'clock-too-slow',
      'leader-paused',
      'disk-full',
    ];
    await expectReached({}, names, async (stage) => {
      const { cluster } = stage;
      await stage.topic('t');
      stage.writer({ topic: 't', everyMs: 20, padding: 2000 }).start();
      await cluster.run(300);
      cluster.machine(1).clock.setWallSkew(-3_600_000);
      cluster.machine(1).clock.setRate(1.05);
      cluster.machine(2).clock.setRate(0.95);
      const leader = leaderOf(stage);
      cluster.machine(leader).pause();
      await cluster.run(700);
      cluster.machine(leader).resume();
      await cluster.run(300);
      const { disk } = cluster.machine(leaderOf(stage));
      disk.capacityBytes = disk.usedBytes() + 1000;
      await cluster.run(2000);
    });
  });

  it('see what metadata says of in-sync replicas and leaders', () => {
    const [one, two, three] = [1, 2, 3].map(nodeId);
    if (one === undefined || two === undefined || three === undefined) throw new Error('three nodes');
    expect(reachedBy(imagesOf([{}, { version: 2 }]))).toEqual([]);
    const shrinking = [{}, { isr: [one, two] }, { isr: [one], elr: [two] }, { isr: [two], leader: two }];
    expect(reachedBy(imagesOf(shrinking)).toSorted()).toEqual(
      [
        'elected-from-elr',
        'elr-not-empty',
        'isr-at-minimum',
        'isr-below-minimum',
        'isr-of-one',
        'isr-shrunk',
      ].toSorted(),
    );
    const back = [
      {},
      { leader: two },
      { leader: null },
      { leader: three, unclean: true, isr: [three] },
      { leader: one },
    ];
    expect(reachedBy(imagesOf(back))).toEqual(
      expect.arrayContaining(['leaderless', 'unclean-election', 'preferred-leader-back', 'isr-regrown']),
    );
  });

  it('see at the end what was decided and what became of records', async () => {
    await tell({}, async ({ cluster }) => {
      const markers = new Markers();
      const history = new History();
      const sent = { topic: 't', partition: 0, writer: 'w', number: 1, sentAt: 0, kept: true, once: false };
      history.fail(history.add({ id: 'a', ...sent }), 'error 7');
      lookAtEnd(markers, { cluster, history, group: { generations: 6 } }, [{ kind: 'power-loss', mode: 'mixed' }]);
      expect([...markers.reached()]).toEqual(['power-lost-mixed', 'timed-out-while-waiting', 'group-rebalanced-often']);
    });
  });
});
