/** The handlers' face: functions from request to response for every API that a node serves. */
export { alterConfigsHandler, incrementalAlterConfigsHandler } from './alter-configs.ts';
export { apiVersionsHandler } from './api-versions.ts';
export type { BrokerView } from './broker-view.ts';
export type { CommandPort } from './command-port.ts';
export { deleteRecordsHandler } from './delete-records.ts';
export { describeClusterHandler } from './describe-cluster.ts';
export { describeConfigsHandler } from './describe-configs.ts';
export { describeTopicPartitionsHandler } from './describe-topic-partitions.ts';
export { electLeadersHandler } from './elect-leaders.ts';
export { fetchHandler } from './fetch.ts';
export { FetchSessions } from './fetch-session.ts';
export { groupHandlers } from './groups.ts';
export { initProducerIdHandler, ProducerIds } from './init-producer-id.ts';
export { listOffsetsHandler } from './list-offsets.ts';
export { metadataHandler } from './metadata.ts';
export { offsetForLeaderEpochHandler } from './offset-for-leader-epoch.ts';
export { produceHandler } from './produce.ts';
export { createPartitionsHandler, createTopicsHandler, deleteTopicsHandler } from './topic-admin.ts';
