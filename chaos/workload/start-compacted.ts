/**
 * Everybody who works with the compacted topic `k`: writers of records with keys and of tombstones, and readers.
 *
 * ```
 *  segments closed after segmentMs ─▶ cleaners look every backoffMs ─▶ D10, and every checker of other topics
 * ```
 * Its segments are closed and compacted many times within a run, while faults come.
 */
import type { Random } from '../../raft/index.ts';
import type { Pace } from './pace.ts';
import { keyedContentOf } from './record-content.ts';
import type { Stage } from './stage.ts';
import { WanderingReader } from './wandering-reader.ts';
import { NEVER_MS } from './workload-shape.ts';
import type { CompactedShape, WorkloadShape } from './workload-shape.ts';

const TOPIC = { topic: 'k', partitions: 2 };
const AT_ONCE = 4;
const RETENTION_BYTES = 12_000;

/** Its own configs; also has the nodes look often enough. */
export async function prepareCompacted(
  { cluster, admin, history }: Stage,
  { policy, segmentMs, backoffMs, minLagMs, tombstonesMs, compression }: CompactedShape,
): Promise<Readonly<Record<string, string>>> {
  const changes = [{ key: 'log.cleaner.backoff.ms', value: String(backoffMs) }];
  await cluster.wait(admin.alterConfigs({ kind: 'broker', node: null }, changes));
  history.compacted.add(TOPIC.topic, { tombstonesGo: tombstonesMs < NEVER_MS, keepsAll: minLagMs === NEVER_MS });
  return {
    'cleanup.policy': policy,
    'min.cleanable.dirty.ratio': '0.1',
    'segment.ms': String(segmentMs),
    'min.compaction.lag.ms': String(minLagMs),
    'delete.retention.ms': String(tombstonesMs),
    'compression.type': compression,
    ...(policy === 'compact' ? {} : { 'retention.bytes': String(RETENTION_BYTES) }),
  };
}

export function startCompacted(stage: Stage, shape: WorkloadShape, pace: Pace, random: (name: string) => Random): void {
  const { compacted, everyMs, padding, restMs } = shape;
  if (compacted === null) return;
  const usual = { ...TOPIC, everyMs: 2 * everyMs, pendingMax: 12, atOnce: AT_ONCE, content: keyedContentOf };
  const small = { padding: Math.min(padding, 300) };
  for (const idempotent of [true, false]) stage.writer({ ...usual, ...small, idempotent }).start();
  const trimmed = compacted.policy !== 'compact';
  stage.reader({ ...TOPIC, restMs, trimmed }).start();
  const options = { name: 'wanderer-k', ...TOPIC, random: random('wanderer-k'), pace, trimmed };
  stage.wanderers.push(new WanderingReader(stage.cluster, stage.history, options).start());
}
