/**
 * The workload of a campaign: everybody who works on the cluster while faults come and go.
 *
 * ```
 *  drawWorkload(random) ─▶ shape ─▶ startWorkload(stage, shape) ─▶ … faults … ─▶ stop ─▶ stage.end(): all settles, checks
 * ```
 * Each kind of user has a function that starts it; a new kind is a field of the shape, and a line in `startWorkload`.
 */
import type { Random } from '../../raft/index.ts';
import type { NewTopic } from '../../src/client/index.ts';
import { HeartbeatMember } from './heartbeat-member.ts';
import { IdCollector } from './id-collector.ts';
import { LogTrimmer } from './log-trimmer.ts';
import { MetadataClient } from './metadata-client.ts';
import { OffsetWatcher } from './offset-watcher.ts';
import { Pace } from './pace.ts';
import type { Span } from './pace.ts';
import { RudeClient } from './rude-client.ts';
import { SequencedWriter } from './sequenced-writer.ts';
import type { Stage } from './stage.ts';
import { prepareCompacted, startCompacted } from './start-compacted.ts';
import { startTransactions, transactionalTopics } from './start-transactions.ts';
import { TopicRacer } from './topic-racer.ts';
import { WanderingReader } from './wandering-reader.ts';
import { WatermarkWatcher } from './watermark-watcher.ts';
import type { TopicShape, WorkloadShape } from './workload-shape.ts';

export interface Workload {
  /** Nobody begins anything more; what is on its way goes on, and `Stage.quiet` waits for it. */
  stop(): void;
}

/** What a user is made with. */
interface Start {
  readonly stage: Stage;
  readonly shape: WorkloadShape;
  readonly pace: Pace;
  /** Of the user of that name. */
  readonly random: (name: string) => Random;
}

/** Topics that come and go. */
const PASSING = ['c1', 'c2'];
/** Operations. */
const STAYS = 30;
const DENSE_INDEX = { 'index.interval.bytes': '64' };
const RETENTION = { 'retention.bytes': '12000' };

/**
 * Makes the topics and starts everybody; the nodes must serve. Virtual time passes.
 *
 * @param storms when faults will come, from now on
 */
export async function startWorkload(
  stage: Stage,
  shape: WorkloadShape,
  storms: readonly Span[] = [],
): Promise<Workload> {
  const { world } = stage.cluster;
  await makeTopics(stage, shape);
  const pace = new Pace(shape.phases, () => world.now(), storms);
  stage.pace = pace;
  const start = { stage, shape, pace, random: (name: string): Random => world.random.fork(name) };
  startWriters(start);
  startReaders(start);
  startMembers(start);
  startHeartbeaters(start);
  startMetadataClients(start);
  startUnusualClients(start);
  startTransactions(stage, shape, pace, start.random);
  startCompacted(stage, shape, pace, start.random);
  return { stop: () => stage.stop() };
}

async function makeTopics(stage: Stage, shape: WorkloadShape): Promise<void> {
  const { main, quorumTopic, sparse, fragile, trimmed, compacted } = shape;
  await makeTopic(stage, 't', main);
  if (quorumTopic) await stage.topic('q', { partitions: 1, configs: { replication: 'quorum' } });
  if (sparse) await stage.topic('s', { partitions: 2 });
  if (fragile !== null) {
    stage.history.fragile.add('f');
    await makeTopic(stage, 'f', fragile);
  }
  const configs = trimmed === 'retention' ? RETENTION : {};
  if (trimmed !== null) await stage.topic('r', { partitions: 2, configs });
  if (compacted !== null)
    await makeTopic(stage, 'k', { ...main, partitions: 2 }, await prepareCompacted(stage, compacted));
  for (const { name, partitions } of transactionalTopics(shape)) await makeTopic(stage, name, { ...main, partitions });
}

async function makeTopic(stage: Stage, name: string, shape: TopicShape, more: NewTopic['configs'] = {}): Promise<void> {
  const { partitions, replicas, minInsync, denseIndex } = shape;
  const configs = {
    ...(minInsync === null ? {} : { 'min.insync.replicas': String(minInsync) }),
    ...(denseIndex ? DENSE_INDEX : {}),
    ...more,
  };
  const replicationFactor = Math.min(replicas, stage.cluster.numbers().length);
  await stage.topic(name, { partitions, replicationFactor, configs });
}

/** Producers as users write them. */
function startWriters({ stage, shape }: Start): void {
  const { main, everyMs, padding, writers, quorumTopic, sparse, fragile, trimmed, bursts } = shape;
  const usual = { everyMs, pendingMax: 10, padding };
  const kinds = [{ idempotent: true }, {}, { acks: 1 }, { acks: 0 }] as const;
  for (const kind of kinds.slice(0, writers))
    stage.writer({ topic: 't', partitions: main.partitions, ...usual, ...kind }).start();
  if (quorumTopic) stage.writer({ topic: 'q', idempotent: true, ...usual }).start();
  if (fragile !== null) stage.writer({ topic: 'f', partitions: fragile.partitions, ...usual }).start();
  if (trimmed !== null) stage.writer({ topic: 'r', partitions: 2, idempotent: true, ...usual, padding: 100 }).start();
  if (sparse) stage.writer({ topic: 's', partitions: 2, acks: 1, everyMs: 400, pendingMax: 4 }).start();
  if (bursts) stage.burst({ topic: 't', partitions: main.partitions, everyMs: 300 }).start();
}

/** Consumers of assigned partitions, and who asks for offsets. */
function startReaders({ stage, shape, pace, random }: Start): void {
  const { main, quorumTopic, fragile, trimmed, wanderers, watchers, restMs } = shape;
  const { cluster, history } = stage;
  stage.reader({ topic: 't', partitions: main.partitions, restMs }).start();
  if (quorumTopic) stage.reader({ topic: 'q', restMs }).start();
  if (fragile !== null) stage.reader({ topic: 'f', partitions: fragile.partitions, restMs }).start();
  if (trimmed !== null) stage.reader({ topic: 'r', partitions: 2, trimmed: true, restMs }).start();
  const topics = [
    { topic: 't', partitions: main.partitions, trimmed: false },
    ...(trimmed === null ? [] : [{ topic: 'r', partitions: 2, trimmed: true }]),
    ...(quorumTopic ? [{ topic: 'q', partitions: 1, trimmed: false }] : []),
  ];
  for (let index = 0; index < wanderers; index += 1) {
    const name = `wanderer${index + 1}`;
    const topic = topics[index % topics.length] ?? topics[0];
    if (topic !== undefined)
      stage.wanderers.push(
        new WanderingReader(cluster, history, { name, ...topic, random: random(name), pace }).start(),
      );
  }
  for (const { topic, partitions } of watchers ? topics : []) {
    const name = `watcher-${topic}`;
    const options = { name, topic, partitions, random: random(name), pace, everyMs: 120 };
    stage.workers.push(new WatermarkWatcher(cluster, history, options).start());
  }
  if (trimmed !== 'delete-records') return;
  const options = { name: 'trimmer', topic: 'r', partitions: 2, random: random('trimmer'), pace, everyMs: 700 };
  stage.workers.push(new LogTrimmer(cluster, options).start());
}

/** A consumer group; every second one of them has whims. And who looks how far they are. */
function startMembers({ stage, shape, pace, random }: Start): void {
  for (let index = 1; index <= shape.members; index += 1) {
    const whims = index % 2 === 0 ? {} : { whims: random(`member${index}`) };
    stage.member({ topic: 't', partitions: shape.main.partitions, restMs: shape.restMs, ...whims }).start();
  }
  if (shape.members === 0 || !shape.watchers) return;
  const options = { name: 'watcher-g', group: 'g', topic: 't', pace, everyMs: 120 };
  stage.workers.push(new OffsetWatcher(stage.cluster, stage.group, options).start());
}

/** A group of the newer protocol, on the same topic. */
function startHeartbeaters({ stage, shape, pace, random }: Start): void {
  const { cluster, history, newer, ownership } = stage;
  const assignor = ([null, 'uniform', 'range'] as const)[random('assignor').below(3)] ?? null;
  for (let index = 1; index <= shape.heartbeaters; index += 1) {
    const name = `beater${index}`;
    const from = { name, group: 'h', topic: 't', partitions: shape.main.partitions, random: random(name), pace };
    const options = { ...from, whims: index % 2 === 1, assignor };
    stage.heartbeaters.push(new HeartbeatMember(cluster, history, newer, ownership, options).start());
  }
}

/** Users who make, change and delete topics of their own, all of them the same few, and others who write to these. */
function startMetadataClients({ stage, shape, pace, random }: Start): void {
  const { cluster, history, metadata } = stage;
  for (const topic of PASSING) {
    history.passing.add(topic);
    history.fragile.add(topic);
  }
  const names = (count: number, name: string): readonly string[] =>
    Array.from({ length: count }, (_, index) => `${name}${index + 1}`);
  const lookers = shape.admins > 0 ? names(shape.lookers, 'looker') : [];
  for (const name of [...names(shape.admins, 'admin'), ...lookers]) {
    const looks = lookers.includes(name);
    const worker = new MetadataClient(cluster, metadata, {
      name,
      topics: PASSING,
      replicasMax: Math.min(5, cluster.numbers().length),
      random: random(name),
      pace,
      everyMs: looks ? 40 : 150,
      looks,
      stays: lookers.length > 0 ? STAYS : 1,
      lifeOf: (node) => cluster.node(node)?.node.options.incarnation ?? null,
    });
    stage.workers.push(worker.start());
  }
  if (lookers.length > 0) {
    const options = { name: 'collector', random: random('collector'), pace, everyMs: 1000 };
    stage.workers.push(new IdCollector(cluster, history, options).start());
  }
  for (let index = 1; index <= shape.racers && shape.admins > 0; index += 1) {
    const name = `racer${index}`;
    const options = { name, topics: PASSING, random: random(name), pace, everyMs: 90 };
    stage.workers.push(new TopicRacer(cluster, history, options).start());
  }
}

/** Users who do what the protocol allows and good clients do not, and what it forbids. */
function startUnusualClients({ stage, shape, pace, random }: Start): void {
  const { cluster, history } = stage;
  const topic = { topic: 't', partitions: shape.main.partitions, pace };
  for (let index = 1; index <= shape.sequenced; index += 1) {
    const name = `sequenced${index}`;
    const options = { name, ...topic, random: random(name), everyMs: 80 };
    stage.workers.push(new SequencedWriter(cluster, history, options).start());
  }
  if (!shape.rude) return;
  const options = { name: 'rude', ...topic, random: random('rude'), everyMs: 250 };
  stage.workers.push(new RudeClient(cluster, history, options).start());
}
