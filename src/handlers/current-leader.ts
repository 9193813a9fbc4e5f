/**
 * The current leader in error answers of Produce and Fetch (KIP-951): spares clients a Metadata request.
 */
import type { MetadataImage, Partition } from '../metadata/index.ts';

export interface CurrentLeader {
  readonly leaderId: number;
  readonly leaderEpoch: number;
}

export interface NodeEndpoint {
  readonly nodeId: number;
  readonly host: string;
  readonly port: number;
  readonly rack: string | null;
}

export function currentLeader(record: Partition): CurrentLeader {
  return { leaderId: record.leader ?? -1, leaderEpoch: record.leaderTerm };
}

/** Endpoints of the leaders named in an answer, each once. */
export function leaderEndpoints(image: MetadataImage, leaders: readonly CurrentLeader[]): readonly NodeEndpoint[] {
  const ids = [...new Set(leaders.map(({ leaderId }) => leaderId))];
  return [...image.brokers.values()]
    .filter(({ node }) => ids.includes(node))
    .map(({ node, kafka, rack }) => ({ nodeId: node, host: kafka.host, port: kafka.port, rack }));
}
