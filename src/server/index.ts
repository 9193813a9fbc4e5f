/** The Kafka server's face: connections and the form of handlers. */
export { apiHandler, respond } from './api-handler.ts';
export type { ApiHandler, Handle, HandlerResult, RequestContext } from './api-handler.ts';
export type { BrokerCalls } from './broker-calls.ts';
export type { ConnectionLimits } from './kafka-connection.ts';
export { KafkaServer } from './kafka-server.ts';
export type { KafkaServerOptions } from './kafka-server.ts';
export { BROKER_CALL, PeerCalls } from './peer-calls.ts';
