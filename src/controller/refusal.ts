/**
 * Why the controller says no: every reason by name, and the Kafka error code that tells it to a client.
 *
 * A refusal is an answer, not a failure: the command changed nothing (of the item that it stands at).
 */

/** A named refusal; `message` is for people and names what was refused and what is allowed. */
export interface Refusal {
  readonly reason: RefusalReason;
  readonly message: string;
}

/** Reason → Kafka error code. */
export const KAFKA_ERROR_OF = {
  'unknown-topic': 3,
  'unknown-topic-id': 100,
  'unknown-partition': 3,
  'invalid-topic-name': 17,
  'topic-already-exists': 36,
  'invalid-partitions': 37,
  'invalid-replication-factor': 38,
  'invalid-replica-assignment': 39,
  'invalid-config': 40,
  'invalid-request': 42,
  'not-leader': 6,
  'stale-term': 74,
  'stale-version': 95,
  'stale-incarnation': 77,
  'ineligible-replica': 107,
  'unknown-broker': 102,
  'node-in-use': 101,
  'broker-alive': 42,
  'election-not-needed': 84,
  'preferred-leader-not-available': 80,
  'eligible-leaders-not-available': 83,
  'producer-ids-exhausted': -1,
} as const;

export type RefusalReason = keyof typeof KAFKA_ERROR_OF;

/** The Kafka error code of a refusal. */
export function kafkaErrorOf(refusal: Refusal): number {
  return KAFKA_ERROR_OF[refusal.reason];
}

export function refusal(reason: RefusalReason, message: string): Refusal {
  return { reason, message };
}
