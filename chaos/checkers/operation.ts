/**
 * Operations on metadata, as the client that called them saw them: what `linearizability.ts` judges (R11).
 *
 * ```
 *  calledAt ├───────── somewhere in here it takes effect ─────────┤ returnedAt        output: what the answer said
 *  calledAt ├───────── …or later, or never ──────────────────────▶                    output null, returnedAt null
 * ```
 * One operation is one request that went out once. Whoever repeats a request (a client's retries) has two operations, or one
 * whose outcome is unknown: the answer to the second sending may tell of what the first has done.
 */

/** What one process called, and what came of it. Times are virtual milliseconds. */
export interface Operation<Input, Output> {
  /** Who called: one operation of a process at a time, unless the last one's outcome is unknown. */
  readonly process: string;
  /** Operations of different keys say nothing of each other. */
  readonly key: string;
  readonly input: Input;
  /** Null: unknown outcome; it may take effect at any time after the call, or never. */
  readonly output: Output | null;
  readonly calledAt: number;
  /** Null: never answered. */
  readonly returnedAt: number | null;
}

/** What can be asked of a topic; the operation's key is the topic's name. */
export type MetadataInput =
  /** CreateTopics. */
  | { readonly kind: 'create'; readonly partitions: number; readonly configs: Readonly<Record<string, string>> }
  /** DeleteTopics, by name. */
  | { readonly kind: 'delete' }
  /** CreatePartitions; `count` of all afterwards. */
  | { readonly kind: 'create-partitions'; readonly count: number }
  /** IncrementalAlterConfigs of one key; null deletes it. */
  | { readonly kind: 'alter-config'; readonly config: string; readonly value: string | null }
  /** CreateTopics with validateOnly: the controller answers, so this read is linearisable. */
  | { readonly kind: 'exists' }
  /**
   * Metadata or DescribeTopicPartitions of one node, from the image that it has applied: may be old, but never goes back within one
   * session. `session` names the node and its life (or its connection); null: nothing is known of who answered.
   */
  | { readonly kind: 'describe'; readonly session: string | null }
  /** DescribeConfigs of one key; as `describe`. */
  | { readonly kind: 'describe-config'; readonly config: string; readonly session: string | null };

export type MetadataOutput =
  /** Of `create`, and of `describe`. */
  | { readonly kind: 'topic'; readonly topicId: string; readonly partitions: number }
  /** Of `delete`, `create-partitions` and `alter-config`: it is so. */
  | { readonly kind: 'done' }
  /** Of `describe-config`: what is set for the topic itself; null: nothing is (the answer's value is a default). */
  | { readonly kind: 'config'; readonly value: string | null }
  /** Of any: there is no such topic (UNKNOWN_TOPIC_OR_PARTITION). Of `exists`: it would be created. */
  | { readonly kind: 'unknown-topic' }
  /** Of `create` and `exists`: there is one (TOPIC_ALREADY_EXISTS). */
  | { readonly kind: 'exists' }
  /** Of `create-partitions`: it has as many, or more (INVALID_PARTITIONS). */
  | { readonly kind: 'too-few' }
  /** Of any: refused for another reason, certainly without effect (INVALID_REPLICATION_FACTOR, …). Says nothing. */
  | { readonly kind: 'refused' };

/** As the workload writes it down. */
export type MetadataOperation = Operation<MetadataInput, MetadataOutput>;
