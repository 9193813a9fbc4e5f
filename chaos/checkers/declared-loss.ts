/**
 * Beyond the budget: "halts loudly, never lies". What was acknowledged may then be missing only where the cluster refuses to serve, or
 * has said that it may have lost something; and what is served is still what was sent.
 *
 *   declared   an unclean election, or so many replicas that are damaged, lossy or refused to start that no copy need be left
 *   refused    no leader, or nobody answers       whole   everything acknowledged is there
 *   deceived   a replica was on a disk that had lied, or on an older copy of itself: nobody can know, only what is served is judged
 */
import { minInsyncReplicas } from '../../src/metadata/index.ts';
import type { MetadataImage, Partition as PartitionRecord } from '../../src/metadata/index.ts';
import type { SimCluster } from '../cluster/index.ts';
import { violated } from '../workload/history.ts';
import type { History } from '../workload/history.ts';
import { lostRecords, readPartition } from './kept-records.ts';

/** Partitions, by what became of them. */
export interface LoudOutcome {
  readonly whole: number;
  readonly declared: number;
  readonly deceived: number;
  readonly refused: number;
}

/** Nobody waits longer for an answer. */
const PATIENCE_MS = 20_000;

export class DeclaredLoss {
  readonly #cluster: SimCluster;
  readonly #images = new Map<number, MetadataImage>();
  /** By topic and partition. */
  readonly #unclean = new Set<string>();
  /** By topic and partition: nodes whose replica is known not to be whole. */
  readonly #broken = new Map<string, Set<number>>();

  constructor(cluster: SimCluster) {
    this.#cluster = cluster;
  }

  /** Takes the place of all other checks after events. */
  watch(): this {
    this.#cluster.world.afterEvent = (machine) => this.#look(machine + 1);
    return this;
  }

  /** Whether nobody could know: ghost state. */
  isDeceived(topic: string, partition: number): boolean {
    const replicas = this.#cluster.image()?.topicsByName.get(topic)?.partitions[partition]?.replicas ?? [];
    return replicas.some((node) => {
      const { disk } = this.#cluster.machine(node);
      return disk.lies > 0 || disk.restores > 0;
    });
  }

  /** Whether the cluster has said that records of this partition may be lost. */
  isDeclared(topic: string, partition: number): boolean {
    const key = `${topic}/${partition}`;
    if (this.#unclean.has(key)) return true;
    const image = this.#cluster.image();
    const owner = image?.topicsByName.get(topic);
    const record = owner?.partitions[partition];
    if (image === null || owner === undefined || record === undefined) return true;
    const refused = this.#cluster.ends.filter(({ isData }) => isData).map(({ node }) => node);
    const broken = new Set([...refused.filter((node) => record.replicas.some((each) => each === node))]);
    for (const node of this.#broken.get(key) ?? []) broken.add(node);
    return broken.size >= copiesOf(image, owner, record);
  }

  #look(number: number): void {
    const running = number <= 0 ? null : this.#cluster.node(number);
    if (running === null) return;
    for (const { id, failed } of running.node.hosting.all())
      if (failed !== null) this.#note(id.topic, id.index, number);
    const image = running.node.image();
    if (this.#images.get(number) === image) return;
    this.#images.set(number, image);
    for (const topic of image.topicsById.values()) {
      for (const record of topic.partitions) {
        if (record.unclean) this.#unclean.add(`${topic.name}/${record.index}`);
        for (const { node } of record.lossy) this.#note(topic.name, record.index, node);
      }
    }
  }

  #note(topic: string, partition: number, node: number): void {
    const key = `${topic}/${partition}`;
    const nodes = this.#broken.get(key);
    if (nodes === undefined) this.#broken.set(key, new Set([node]));
    else nodes.add(node);
  }
}

/** On how many replicas an acknowledged record was, at least. */
function copiesOf(
  image: MetadataImage,
  topic: Parameters<typeof minInsyncReplicas>[1],
  record: PartitionRecord,
): number {
  if (record.replication === 'quorum') return Math.floor(record.replicas.length / 2) + 1;
  return Math.min(record.replicas.length, minInsyncReplicas(image, topic, record));
}

/** Reads what there is; everybody has been healed and started, and nobody writes any more. */
export async function loudOrWhole(cluster: SimCluster, history: History, declared: DeclaredLoss): Promise<LoudOutcome> {
  const outcome = { whole: 0, declared: 0, deceived: 0, refused: 0 };
  const places = new Map<string, { readonly topic: string; readonly partition: number }>();
  for (const { topic, partition } of history.records()) places.set(`${topic}/${partition}`, { topic, partition });
  for (const [key, { topic, partition }] of places) {
    const values = await readWhatThereIs(cluster, topic, partition);
    if (values === null) {
      outcome.refused += 1;
      continue;
    }
    for (const [offset, value] of values) history.noteRead(topic, partition, offset, value, 'auditor');
    const records = history.records().filter((record) => record.topic === topic && record.partition === partition);
    const lost = lostRecords(records, new Map([[key, values]]));
    const [first] = lost;
    if (first === undefined) outcome.whole += 1;
    else if (declared.isDeclared(topic, partition)) outcome.declared += 1;
    else if (declared.isDeceived(topic, partition)) outcome.deceived += 1;
    else
      violated(
        'D7',
        `${first.id} of ${key} was acknowledged and is not there (${lost.length} records in all), and nobody has said so`,
      );
  }
  return outcome;
}

/** Null: nobody answers for this partition. */
async function readWhatThereIs(
  cluster: SimCluster,
  topic: string,
  partition: number,
): Promise<ReadonlyMap<number, string> | null> {
  const name = `auditor-${topic}-${partition}`;
  const client = cluster.client(name, { requestTimeoutMs: 3000 });
  let found: ReadonlyMap<number, string> | null = null;
  let isOver = false;
  const end = (): void => {
    isOver = true;
  };
  void readPartition(client, topic, partition).then((values) => {
    found = values;
    end();
  }, end);
  await cluster.world.run(() => isOver, { milliseconds: PATIENCE_MS });
  client.close();
  cluster.world.machine(name).kill();
  return found;
}
