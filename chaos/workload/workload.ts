/**
 * The workload of a campaign: everybody who works on the cluster while faults come and go.
 *
 * ```
 *  drawWorkload(random) ─▶ shape ─▶ startWorkload(stage, shape) ─▶ … faults … ─▶ stop ─▶ stage.end(): all settles, checks
 * ```
 */
import { AdminClient, ClientError } from '../../src/client/index.ts';
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
  const churner = shape.churn ? new Churner(stage) : null;
  if (churner !== null) stage.workers.push(churner);
  churner?.start();
  return { stop: () => stage.stop() };
}

/** A topic that comes and goes; refusals and unknown outcomes are part of it. */
class Churner {
  readonly name = 'churner';
  readonly #stage: Stage;
  #running = false;
  pending = 0;

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  start(): void {
    this.#running = true;
    this.pending = 1;
    void this.#loop().then(
      () => {
        this.pending = 0;
      },
      (error: unknown) => this.#stage.cluster.world.fail(error),
    );
  }

  stop(): void {
    this.#running = false;
  }

  async #loop(): Promise<void> {
    const client = this.#stage.cluster.client(this.name);
    const admin = new AdminClient(client);
    const tried = async (work: Promise<unknown>): Promise<void> => {
      await work.catch((error: unknown) => {
        if (!(error instanceof ClientError)) throw error;
      });
    };
    while (this.#running) {
      await tried(admin.createTopic({ name: 'c', partitions: 3, replicationFactor: 3, configs: {} }));
      await client.sleep(200);
      await tried(admin.createPartitions('c', 5));
      await client.sleep(200);
      await tried(admin.deleteTopic('c'));
    }
  }
}
