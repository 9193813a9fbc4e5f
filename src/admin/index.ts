/** The admin room's face: what nodes show, and the server that shows it. */
export { boundedList, LIST_MAX } from './admin-view.ts';
export type {
  AdminActions,
  AdminView,
  BoundedList,
  BrokerStatus,
  ClusterStatusView,
  HostedReplica,
  LocalReplica,
  LossAccepted,
  MetricSample,
  PartitionName,
  PartitionView,
  QuorumMember,
  QuorumView,
  ReplicaStatus,
  SettingView,
  TopicView,
  Verdict,
} from './admin-view.ts';
export { adminAnswers, startAdminServer, viewAnswers } from './admin-server.ts';
export type { HttpAnswer, HttpAnswerer, HttpListener, HttpPort, HttpRequest } from './http-port.ts';
