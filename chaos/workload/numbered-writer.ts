/**
 * A writer inside the simulation: numbered records, one batch each, acks=all, straight into the leading partition, with
 * retries wherever the answer is not an acknowledgement. Ghost state of the run: what was sent and what was acknowledged
 * at which offset; the code under test never sees it.
 */
import { assert } from '../../raft/index.ts';
import { buildBatch, readRecords, refuseCompressed } from '../../storage/batch/index.ts';
import type { Partition, ProduceOutcome } from '../../src/partition/index.ts';
import type { SimCluster } from '../cluster/index.ts';

/** Pause before a record that was not acknowledged is sent again, in virtual milliseconds. */
const RETRY_MS = 20;

export interface Acknowledged {
  readonly number: number;
  readonly offset: number;
}

export class NumberedWriter {
  readonly #cluster: SimCluster;
  readonly #topic: string;
  readonly #partition: number;
  /** In the order of acknowledgement. */
  readonly acknowledged: Acknowledged[] = [];
  /** Virtual time of the last acknowledgement, and the longest pause between two. */
  lastAt: number;
  longestGap = 0;
  #next = 0;
  #running = false;

  constructor(cluster: SimCluster, topic: string, partition: number) {
    this.#cluster = cluster;
    this.#topic = topic;
    this.#partition = partition;
    this.lastAt = cluster.world.now();
  }

  /** Writes one record after the other until `stop`. */
  start(): void {
    this.#running = true;
    this.#send(this.#next);
    this.#next += 1;
  }

  stop(): void {
    this.#running = false;
  }

  #send(number: number): void {
    if (!this.#running) return;
    const leader = this.#leader();
    if (leader === null) return this.#retry(number);
    const timestamp = 1_750_000_000_000 + Math.floor(this.#cluster.world.now());
    const batch = buildBatch({ records: [{ key: Buffer.from('k'), value: Buffer.from(String(number)), timestamp }] });
    leader.produce(Buffer.from(batch), 'all', { internal: false, version: 9 }, (outcome) => this.#settled(number, outcome));
  }

  #retry(number: number): void {
    this.#cluster.world.after(RETRY_MS, () => this.#send(number));
  }

  #settled(number: number, outcome: ProduceOutcome): void {
    if (outcome.kind !== 'acknowledged') return this.#retry(number);
    const now = this.#cluster.world.now();
    this.longestGap = Math.max(this.longestGap, now - this.lastAt);
    this.lastAt = now;
    this.acknowledged.push({ number, offset: outcome.base });
    this.#cluster.world.after(1, () => this.start());
  }

  #leader(): Partition | null {
    for (const { node } of this.#cluster.nodes()) {
      const topic = node.image().topicsByName.get(this.#topic);
      const partition = topic === undefined ? null : node.hosting.partition(topic.id, this.#partition);
      if (partition !== null && partition.leading !== null) return partition;
    }
    return null;
  }
}

/** Values of all committed records of a replica, with their offsets. */
export async function committedNumbers(partition: Partition): Promise<readonly Acknowledged[]> {
  const found: Acknowledged[] = [];
  let at = partition.logStart;
  while (at < partition.highWatermark) {
    const run = await partition.replica.log.read(at, { end: partition.highWatermark, bytesMax: (1 << 20) as never, atLeastOne: true });
    const bytes = Buffer.concat(run.buffers);
    let position = 0;
    for (const { bytes: size, end } of run.positions) {
      const read = readRecords(bytes.subarray(position, position + size), refuseCompressed, size);
      assert(read.kind === 'records', 'a committed batch that cannot be read');
      if (!read.header.control) {
        for (const { offset, value } of read.records) found.push({ number: Number(Buffer.from(value ?? []).toString()), offset });
      }
      position += size;
      at = end;
    }
  }
  return found;
}
