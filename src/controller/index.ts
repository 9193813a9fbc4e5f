/** The face of the controller room: the loop, the way to it, and what can be asked. */
export { Controller } from './controller.ts';
export type { ControllerPorts, ControllerSettings, ControllerStatus } from './controller.ts';
export type { Appended, MetadataLog } from './metadata-log.ts';
export type { ContactOf } from './sessions.ts';
export type { ControllerDefaults, Decision, DecisionContext } from './decision.ts';
export { decide, PRODUCER_ID_BLOCK } from './decide.ts';
export { BadRequest, isControllerMethod, serveController } from './controller-service.ts';
export { ControllerClient } from './controller-client.ts';
export type {
  ControllerClientPorts,
  ControllerClientSettings,
  ProposalResult,
  Repeatable,
} from './controller-client.ts';
export { BrokerLifecycle } from './broker-lifecycle.ts';
export type { BrokerLifecyclePorts, BrokerLifecycleSettings, LifecycleState } from './broker-lifecycle.ts';
export type { RemoteCommand } from './controller-codec.ts';
export { KAFKA_ERROR_OF, kafkaErrorOf } from './refusal.ts';
export type { Refusal, RefusalReason } from './refusal.ts';
export type {
  AdminCommand,
  AllocateProducerIds,
  AlterConfigs,
  AnswerOf,
  Answers,
  BrokerCommand,
  BrokerLife,
  Command,
  ConfigChange,
  ConfigResource,
  CreatedTopic,
  CreatePartitions,
  CreateTopics,
  DeleteTopics,
  ElectLeaders,
  FoundReplica,
  IsrProposal,
  ItemResult,
  NewTopic,
  Outcome,
  RegisterBroker,
  ReportFailedReplicas,
  TopicRef,
} from './command.ts';
