/**
 * Calls from one node to an API of another, in Kafka's own messages, over the connections between nodes: what coordinators and
 * leaders tell each other (WriteTxnMarkers, AddPartitionsToTxn 4 and 5).
 */
import type { Millis, NodeId } from '../../raft/index.ts';
import type { ApiSchema, Decoded, Encodable } from '../wire/index.ts';

export interface BrokerCalls {
  /**
   * The answer of `node` (which may be this one), asked once. Null: there was none within `timeout`, or no connection; what was
   * asked for may or may not have happened.
   */
  call<Api extends ApiSchema>(
    node: NodeId,
    api: Api,
    version: number,
    body: Encodable<Api['request']>,
    timeout: Millis,
  ): Promise<Decoded<Api['response']> | null>;
}
