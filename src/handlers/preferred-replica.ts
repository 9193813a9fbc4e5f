/**
 * Fetching from the closest replica (KIP-392): the leader names a replica in the consumer's rack, and the consumer goes there.
 *
 * ```
 *  consumer (client.rack=b) ─fetch─▶ leader in rack a: preferred_read_replica = in-sync replica in rack b, no records
 *                           ─fetch─▶ that replica: records below its own high watermark
 * ```
 * Only with the setting `replica.selector.class`. Replicas of the ISR hold everything below the leader's high watermark, so any
 * offset that the leader could serve is one that they have, or will have in a moment.
 */
import type { NodeId } from '../../raft/index.ts';
import type { BrokerView, FoundPartition } from './broker-view.ts';

/** How the leader chooses who serves a consumer. `leader`: itself, always. */
export type ReplicaSelector = 'leader' | 'rack-aware';

/** The in-sync replica in `rack` that is to serve instead of this node, the leader; null: it serves itself. */
export function preferredReplica(broker: BrokerView, { record }: FoundPartition, rack: string): NodeId | null {
  const { brokers } = broker.image();
  const own = brokers.get(broker.self)?.rack ?? null;
  if (own === rack) return null;
  const found = record.replicas.find((node) => {
    const replica = brokers.get(node);
    return node !== broker.self && replica?.rack === rack && !replica.fenced && record.isr.includes(node);
  });
  return found ?? null;
}
