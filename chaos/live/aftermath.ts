/**
 * After the faults: the real cluster comes back in bounded time, everything that was acknowledged is there, and the files of
 * all replicas are the same.
 *
 *   L1 L2 L4 everybody ready, every partition led, all replicas in sync     L3 new writes     D1 D3 D4 D6 E1 on what is read back
 *   P4 byte for byte, once all have stopped in order
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ClientError, Producer } from '../../src/client/index.ts';
import type { KafkaClient } from '../../src/client/index.ts';
import { API_TABLE } from '../../src/wire/index.ts';
import { judgeAnomalies, judgeHistory, lostRecords, readPartition } from '../checkers/index.ts';
import { violated } from '../workload/index.ts';
import type { History, SentRecord } from '../workload/index.ts';
import type { FinalLog } from '../checkers/index.ts';
import type { LiveCluster } from './live-cluster.ts';
import { eventually } from './live-home.ts';
import type { LiveHome } from './live-home.ts';

/** Real milliseconds; a machine with two busy cores is slow, so these are wider than in virtual time. */
export const LIVE_BOUNDS = { ready: 60_000, inSync: 90_000, writes: 30_000, stop: 30_000, reading: 60_000 } as const;

/** Topics that stay; of others a node that lost its disk may have had the only replica. */
const STAYING: readonly string[] = ['t', 'q', '__consumer_offsets'];

/** What every node says of every partition of them: led, and all replicas in sync. Null: as it should be; else who says what. */
export async function notInSync(cluster: LiveCluster, client: KafkaClient): Promise<string | null> {
  try {
    if (client.metadata.brokers.size < cluster.numbers().length) await client.refresh(null);
    for (const node of cluster.numbers()) {
      const body = { topics: null, allowAutoTopicCreation: false };
      const { topics } = await client.on(node, API_TABLE.metadata.schema, body, 2000);
      for (const { name, partitions } of topics) {
        if (name === null || !STAYING.includes(name)) continue;
        for (const { partitionIndex, leaderId, isrNodes, replicaNodes } of partitions) {
          if (leaderId < 0 || isrNodes.length !== replicaNodes.length)
            return `node ${node}: ${name}-${partitionIndex} leader ${leaderId}, isr ${isrNodes.join()} of ${replicaNodes.join()}`;
        }
      }
    }
    return null;
  } catch (error) {
    if (error instanceof ClientError) return error.message;
    throw error;
  }
}

/** L1, L2, L4: waits until everybody is ready and in sync; throws a violation when that takes too long. */
export async function comesBack(cluster: LiveCluster, home: LiveHome): Promise<void> {
  const client = home.client('observer', { requestTimeoutMs: 2000 });
  if (!(await eventually(() => cluster.allReady(), LIVE_BOUNDS.ready))) {
    const late = cluster.numbers().filter((number) => !cluster.node(number).ready);
    violated('L1', `nodes ${late.join()} are not ready ${LIVE_BOUNDS.ready} ms after the heal`);
  }
  let last: string | null = null;
  const good = await eventually(async () => {
    last = await notInSync(cluster, client);
    return last === null;
  }, LIVE_BOUNDS.inSync);
  client.close();
  if (!good) violated('L4', `not in sync ${LIVE_BOUNDS.inSync} ms after the heal: ${last ?? ''}`);
}

export interface TopicShape {
  readonly name: string;
  readonly partitions: number;
}

/** L3: a write to every partition succeeds in time. */
export async function takesWrites(home: LiveHome, history: History, topics: readonly TopicShape[]): Promise<void> {
  const client = home.client('prober', { requestTimeoutMs: 3000 });
  const producer = new Producer(client, { acks: 'all', idempotent: false, deliveryTimeoutMs: LIVE_BOUNDS.writes });
  for (const { name: topic, partitions } of topics) {
    for (let partition = 0; partition < partitions; partition += 1) {
      const id = `prober-${topic}-${partition}-${Math.floor(home.world.now())}`;
      const sent = { id, topic, partition, writer: id, number: 0, sentAt: home.world.now(), kept: true, once: false };
      const record = history.add(sent);
      try {
        const { offset } = await producer.send({ topic, partition, key: null, value: Buffer.from(id) });
        history.ack(record, offset, home.world.now());
      } catch (error) {
        if (!(error instanceof ClientError)) throw error;
        violated('L3', `a write to ${topic}-${partition} after the heal: ${error.message}`);
      }
    }
  }
  client.close();
}

export interface ReadBack {
  /** By topic and partition (`t/0`), then offset. */
  readonly found: ReadonlyMap<string, ReadonlyMap<number, string>>;
  readonly lost: readonly SentRecord[];
}

/** Reads everything, and says what is missing; nothing is judged yet. */
export async function readBackAll(home: LiveHome, history: History, topics: readonly TopicShape[]): Promise<ReadBack> {
  const client = home.client('auditor', { requestTimeoutMs: 5000, callTimeoutMs: LIVE_BOUNDS.reading });
  const found = new Map<string, ReadonlyMap<number, string>>();
  for (const { name, partitions } of topics) {
    for (let partition = 0; partition < partitions; partition += 1)
      found.set(`${name}/${partition}`, await readPartition(client, name, partition));
  }
  client.close();
  return { found, lost: lostRecords(history.records(), found) };
}

/** D1 D3 D4 D6 E1 and the anomalies of queues, on what was read back. Throws the first violation. */
export function judgeReadBack(history: History, { found }: ReadBack): void {
  const logs: FinalLog[] = [];
  for (const [place, values] of found) {
    const [topic = '', number = ''] = place.split('/');
    const partition = Number(number);
    for (const [offset, value] of values) history.noteRead(topic, partition, offset, value, 'auditor');
    logs.push({ topic, partition, start: 0, values });
  }
  judgeHistory(history.records(), found);
  judgeAnomalies(history, logs, history.records());
}

/**
 * Everybody stops in order; the files of each partition's replicas are the same.
 *
 * @param damaged a node with a flipped bit that nobody may have read yet
 */
export async function sameFiles(cluster: LiveCluster, damaged: number | null): Promise<void> {
  const numbers = cluster.numbers();
  for (const number of numbers) void cluster.node(number).stop('SIGUSR2');
  if (!(await eventually(() => numbers.every((number) => !cluster.node(number).running), LIVE_BOUNDS.stop)))
    violated('L3', `a node does not end within ${LIVE_BOUNDS.stop} ms when the whole cluster stops`);
  const first = new Map<string, { readonly node: number; readonly bytes: Buffer }>();
  for (const number of numbers.filter((each) => each !== damaged)) {
    for (const [replica, bytes] of replicaFiles(cluster.dataDirectory(number))) {
      const other = first.get(replica);
      if (other === undefined) first.set(replica, { node: number, bytes });
      else if (Buffer.compare(bytes, other.bytes) !== 0)
        violated('P4', differs(replica, other, { node: number, bytes }));
    }
  }
}

/** The segments of each replica of the workload's topics, one after the other. */
function replicaFiles(directory: string): ReadonlyMap<string, Buffer> {
  const logs = join(directory, 'logs');
  const replicas = readdirSync(logs).filter((name) => /^[tq]-\d+\./.test(name));
  return new Map(
    replicas.map((name) => {
      const segments = readdirSync(join(logs, name)).filter((file) => file.endsWith('.log'));
      return [name, Buffer.concat(segments.sort().map((file) => readFileSync(join(logs, name, file))))];
    }),
  );
}

function differs(
  replica: string,
  one: { readonly node: number; readonly bytes: Buffer },
  other: { readonly node: number; readonly bytes: Buffer },
): string {
  const length = Math.min(one.bytes.length, other.bytes.length);
  let at = 0;
  while (at < length && one.bytes[at] === other.bytes[at]) at += 1;
  const sizes = `${one.bytes.length} bytes on node ${one.node}, ${other.bytes.length} on node ${other.node}`;
  return `the files of ${replica} differ from byte ${at} on: ${sizes}`;
}
