/** The admin room's face: what nodes show, and the server that shows it. */
export { boundedList, LIST_MAX } from './admin-view.ts';
export type {
  AdminView,
  BoundedList,
  BrokerStatus,
  ClusterStatusView,
  HostedReplica,
  LocalReplica,
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
export { adminAnswers, startAdminServer } from './admin-server.ts';
export type { HttpAnswer, HttpAnswerer, HttpListener, HttpPort, HttpRequest } from './http-port.ts';
