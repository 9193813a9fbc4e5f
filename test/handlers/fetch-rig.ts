/** Fetch requests as a client builds them, and the handler that answers them with one partition hosted. */
import { seededRandom } from '../../raft/index.ts';
import { fetchHandler, FetchSessions } from '../../src/handlers/index.ts';
import type { ReplicaSelector } from '../../src/handlers/index.ts';
import type { ApiHandler } from '../../src/server/index.ts';
import { batchOf } from '../partition/partition-rig.ts';
import type { PartitionRig } from '../partition/partition-rig.ts';
import { HandlerRig, topicIdOf } from './handler-rig.ts';

interface PartitionAnswer {
  readonly partitionIndex: number;
  readonly errorCode: number;
  readonly highWatermark: number;
  readonly lastStableOffset: number;
  readonly logStartOffset: number;
  readonly abortedTransactions: readonly unknown[] | null;
  readonly divergingEpoch: { readonly epoch: number; readonly endOffset: number };
  readonly currentLeader: { readonly leaderId: number; readonly leaderEpoch: number };
  readonly preferredReadReplica: number;
  readonly records: Uint8Array | null;
}
export interface FetchAnswer {
  readonly errorCode: number;
  readonly sessionId: number;
  readonly responses: readonly {
    readonly topic: string;
    readonly topicId: string;
    readonly partitions: readonly PartitionAnswer[];
  }[];
  readonly nodeEndpoints: readonly { readonly nodeId: number }[];
}

export interface Wanted {
  readonly partition: number;
  readonly fetchOffset?: number;
  readonly partitionMaxBytes?: number;
  readonly currentLeaderEpoch?: number;
  readonly lastFetchedEpoch?: number;
}

interface Options {
  readonly version?: number;
  readonly topic?: number;
  readonly maxWaitMs?: number;
  readonly minBytes?: number;
  readonly maxBytes?: number;
  readonly isolationLevel?: number;
  readonly session?: readonly [id: number, epoch: number];
  readonly forget?: readonly number[];
  readonly rackId?: string;
}

export const NAMES = ['', 'orders', '__consumer_offsets'];

export function body(partitions: readonly Wanted[], options: Options = {}): object {
  const {
    version = 12,
    topic = 1,
    maxWaitMs = 0,
    minBytes = 1,
    maxBytes = 1 << 20,
    isolationLevel = 0,
    session = [0, -1],
    forget = [],
    rackId = '',
  } = options;
  const named = version >= 13 ? { topicId: topicIdOf(topic) } : { topic: NAMES[topic] ?? 'nowhere' };
  const topics =
    partitions.length === 0
      ? []
      : [{ ...named, partitions: partitions.map((each) => ({ fetchOffset: 0, partitionMaxBytes: 1 << 20, ...each })) }];
  const forgottenTopicsData = forget.length === 0 ? [] : [{ ...named, partitions: forget }];
  const sessions = version >= 7 ? { sessionId: session[0], sessionEpoch: session[1], forgottenTopicsData } : {};
  return { maxWaitMs, minBytes, maxBytes, isolationLevel, topics, ...sessions, ...(rackId === '' ? {} : { rackId }) };
}

interface Rig {
  readonly rig: HandlerRig;
  readonly hosted: PartitionRig;
  readonly handler: ApiHandler;
  ask(partitions: readonly Wanted[], options?: Options): Promise<FetchAnswer>;
}

export async function fetching(
  sessionsMax = 10,
  bytesLeft = Number.POSITIVE_INFINITY,
  selector: ReplicaSelector = 'leader',
): Promise<Rig> {
  const rig = new HandlerRig();
  const hosted = await rig.host(1, 0);
  const handler = fetchHandler(rig.broker, new FetchSessions(sessionsMax, seededRandom('sessions')), {
    fetchBytesMax: 1 << 20,
    bytesLeft: () => bytesLeft,
    selector,
  });
  return {
    rig,
    hosted,
    handler,
    ask: (partitions, options = {}) => rig.ask<FetchAnswer>(handler, options.version ?? 12, body(partitions, options)),
  };
}

export async function produce(hosted: PartitionRig, ...counts: readonly number[]): Promise<void> {
  for (const count of counts) hosted.produce(batchOf(count));
  await hosted.clock.advance(5);
}

export const first = ({ responses }: FetchAnswer): PartitionAnswer | undefined => responses[0]?.partitions[0];
export const size = (answer: FetchAnswer, at = 0): number =>
  answer.responses.flatMap(({ partitions }) => partitions)[at]?.records?.length ?? 0;
