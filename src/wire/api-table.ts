/**
 * The APIs that this broker can serve: which versions it shows, and which it takes.
 *
 * `advertised` goes into ApiVersions, `accepted` is what is served. They differ once: old librdkafka looks for
 * Produce 0 before it compresses, so Kafka shows 0 and serves from 3 (KAFKA-18659). Never raise a lower end: clients
 * test for exact versions. InitProducerId 6 is unstable; AddPartitionsToTxn 4 and 5 are for brokers only.
 *
 * A server shows and accepts those APIs of the table for which it has a handler.
 */
import type { ApiSchema } from './schema/field.ts';
import {
  addOffsetsToTxn,
  addPartitionsToTxn,
  alterConfigs,
  apiVersions,
  consumerGroupDescribe,
  consumerGroupHeartbeat,
  createPartitions,
  createTopics,
  deleteGroups,
  deleteRecords,
  deleteTopics,
  describeCluster,
  describeConfigs,
  describeGroups,
  describeLogDirs,
  describeProducers,
  describeQuorum,
  describeTopicPartitions,
  describeTransactions,
  electLeaders,
  endTxn,
  fetch,
  findCoordinator,
  heartbeat,
  incrementalAlterConfigs,
  initProducerId,
  joinGroup,
  leaveGroup,
  listConfigResources,
  listGroups,
  listOffsets,
  listTransactions,
  metadata,
  offsetCommit,
  offsetDelete,
  offsetFetch,
  offsetForLeaderEpoch,
  produce,
  syncGroup,
  txnOffsetCommit,
  writeTxnMarkers,
} from './schema/served.ts';

/** Lowest and highest version, both included. */
export type VersionRange = readonly [low: number, high: number];

export interface ServedApi<Schema extends ApiSchema = ApiSchema> {
  readonly schema: Schema;
  readonly advertised: VersionRange;
  readonly accepted: VersionRange;
}

function whole<Schema extends ApiSchema>(schema: Schema): ServedApi<Schema> {
  return { schema, advertised: schema.versions, accepted: schema.versions };
}

export const API_TABLE = {
  produce: { schema: produce, advertised: [0, 13], accepted: [3, 13] },
  fetch: whole(fetch),
  listOffsets: whole(listOffsets),
  metadata: whole(metadata),
  offsetCommit: whole(offsetCommit),
  offsetFetch: whole(offsetFetch),
  findCoordinator: whole(findCoordinator),
  joinGroup: whole(joinGroup),
  heartbeat: whole(heartbeat),
  leaveGroup: whole(leaveGroup),
  syncGroup: whole(syncGroup),
  describeGroups: whole(describeGroups),
  listGroups: whole(listGroups),
  apiVersions: whole(apiVersions),
  createTopics: whole(createTopics),
  deleteTopics: whole(deleteTopics),
  deleteRecords: whole(deleteRecords),
  initProducerId: { schema: initProducerId, advertised: [0, 5], accepted: [0, 5] },
  offsetForLeaderEpoch: whole(offsetForLeaderEpoch),
  addPartitionsToTxn: { schema: addPartitionsToTxn, advertised: [0, 3], accepted: [0, 3] },
  addOffsetsToTxn: whole(addOffsetsToTxn),
  endTxn: whole(endTxn),
  writeTxnMarkers: whole(writeTxnMarkers),
  txnOffsetCommit: whole(txnOffsetCommit),
  describeConfigs: whole(describeConfigs),
  alterConfigs: whole(alterConfigs),
  describeLogDirs: whole(describeLogDirs),
  createPartitions: whole(createPartitions),
  deleteGroups: whole(deleteGroups),
  electLeaders: whole(electLeaders),
  incrementalAlterConfigs: whole(incrementalAlterConfigs),
  offsetDelete: whole(offsetDelete),
  describeQuorum: whole(describeQuorum),
  describeCluster: whole(describeCluster),
  describeProducers: whole(describeProducers),
  describeTransactions: whole(describeTransactions),
  listTransactions: whole(listTransactions),
  consumerGroupHeartbeat: whole(consumerGroupHeartbeat),
  consumerGroupDescribe: whole(consumerGroupDescribe),
  listConfigResources: whole(listConfigResources),
  describeTopicPartitions: whole(describeTopicPartitions),
} as const satisfies { readonly [name: string]: ServedApi };

export type ApiName = keyof typeof API_TABLE;

/** All rows by rising key. */
export const SERVED_APIS: readonly ServedApi[] = Object.values(API_TABLE);

/** True when the broker serves `version` of the API. */
export function accepts(api: ServedApi, version: number): boolean {
  return api.accepted[0] <= version && version <= api.accepted[1];
}
