/**
 * The workload of a campaign: everybody who works on the cluster while faults come and go.
 *
 * ```
 *  drawWorkload(random) ─▶ shape ─▶ startWorkload(stage, shape) ─▶ … faults … ─▶ stop ─▶ stage.end(): all settles, checks
 * ```
 */
import { MetadataClient } from './metadata-client.ts';
import { ALWAYS_BUSY, Pace } from './pace.ts';
import { RudeClient } from './rude-client.ts';
import { SequencedWriter } from './sequenced-writer.ts';
import type { Stage } from './stage.ts';
import { TopicRacer } from './topic-racer.ts';
import type { WorkloadShape } from './workload-shape.ts';

export interface Workload {
  /** Nobody begins anything more; what is on its way goes on, and `Stage.quiet` waits for it. */
  stop(): void;
}

/** Makes the topics and starts everybody; the nodes must serve. Virtual time passes. */
export async function startWorkload(stage: Stage, shape: WorkloadShape): Promise<Workload> {
  await stage.topic('t', { partitions: 3 });
  if (shape.quorumTopic) await stage.topic('q', { partitions: 1, configs: { replication: 'quorum' } });
  if (shape.sparse) await stage.topic('s', { partitions: 2 });
  const pace = { everyMs: 25, pendingMax: 10, padding: shape.padding };
  stage.writer({ topic: 't', partitions: 3, idempotent: true, ...pace }).start();
  stage.writer({ topic: 't', partitions: 3, ...pace }).start();
  stage.writer({ topic: 't', partitions: 3, acks: 1, ...pace }).start();
  if (shape.quorumTopic) stage.writer({ topic: 'q', idempotent: true, ...pace }).start();
  if (shape.sparse) stage.writer({ topic: 's', partitions: 2, acks: 1, everyMs: 400, pendingMax: 4 }).start();
  if (shape.bursts) stage.burst({ topic: 't', partitions: 3 }).start();
  stage.reader({ topic: 't', partitions: 3 }).start();
  if (shape.quorumTopic) stage.reader({ topic: 'q' }).start();
  for (let index = 0; index < shape.members; index += 1) stage.member({ topic: 't', partitions: 3 }).start();
  if (shape.unanswered) stage.writer({ topic: 't', partitions: 3, acks: 0, ...pace }).start();
  const phases = new Pace(ALWAYS_BUSY, () => stage.cluster.world.now());
  startMetadataClients(stage, shape, phases);
  startUnusualClients(stage, shape, phases);
  return { stop: () => stage.stop() };
}

/** Topics that come and go. */
const PASSING = ['c1', 'c2'];

/** Users who make, change and delete topics of their own, all of them the same few, and others who write to these. */
function startMetadataClients(stage: Stage, { admins, racers }: WorkloadShape, pace: Pace): void {
  const { cluster, history, metadata } = stage;
  for (const topic of PASSING) {
    history.passing.add(topic);
    history.fragile.add(topic);
  }
  for (let index = 1; index <= admins; index += 1) {
    const name = `admin${index}`;
    const random = cluster.world.random.fork(name);
    const worker = new MetadataClient(cluster, metadata, {
      name,
      topics: PASSING,
      replicasMax: Math.min(3, cluster.numbers().length),
      random,
      pace,
      everyMs: 150,
      lifeOf: (node) => cluster.node(node)?.node.options.incarnation ?? null,
    });
    stage.workers.push(worker.start());
  }
  for (let index = 1; index <= racers && admins > 0; index += 1) {
    const name = `racer${index}`;
    const random = cluster.world.random.fork(name);
    const worker = new TopicRacer(cluster, history, { name, topics: PASSING, random, pace, everyMs: 60 });
    stage.workers.push(worker.start());
  }
}

/** Users who do what the protocol allows and good clients do not, and what it forbids. */
function startUnusualClients(stage: Stage, { sequenced, rude }: WorkloadShape, pace: Pace): void {
  const { cluster, history } = stage;
  const topic = { topic: 't', partitions: 3, pace };
  for (let index = 1; index <= sequenced; index += 1) {
    const name = `sequenced${index}`;
    const random = cluster.world.random.fork(name);
    stage.workers.push(new SequencedWriter(cluster, history, { name, ...topic, random, everyMs: 40 }).start());
  }
  if (!rude) return;
  const random = cluster.world.random.fork('rude');
  stage.workers.push(new RudeClient(cluster, history, { name: 'rude', ...topic, random, everyMs: 250 }).start());
}
