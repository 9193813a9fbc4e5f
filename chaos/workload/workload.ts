/**
 * The workload of a campaign: everybody who works on the cluster while faults come and go.
 *
 * ```
 *  drawWorkload(random) ─▶ shape ─▶ startWorkload(stage, shape) ─▶ … faults … ─▶ stop ─▶ stage.end(): all settles, checks
 * ```
 */
import { MetadataClient } from './metadata-client.ts';
import { ALWAYS_BUSY, Pace } from './pace.ts';
import type { Stage } from './stage.ts';
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
  startMetadataClients(stage, shape);
  return { stop: () => stage.stop() };
}

/** Users who make, change and delete topics of their own, all of them the same few. */
function startMetadataClients(stage: Stage, { admins }: WorkloadShape): void {
  const { cluster, metadata } = stage;
  const pace = new Pace(ALWAYS_BUSY, () => cluster.world.now());
  for (let index = 1; index <= admins; index += 1) {
    const name = `admin${index}`;
    const worker = new MetadataClient(cluster, metadata, {
      name,
      topics: ['c1', 'c2'],
      replicasMax: Math.min(3, cluster.numbers().length),
      random: cluster.world.random.fork(name),
      pace,
      everyMs: 150,
      lifeOf: (node) => cluster.node(node)?.node.options.incarnation ?? null,
    });
    stage.workers.push(worker.start());
  }
}
