/** Damaging logs in stories, and looking at what comes of it. */
import { expect } from 'vitest';
import { millis, present } from '../../raft/index.ts';
import type { Stage } from '../../chaos/workload/index.ts';

/** Little is served from memory, segments are small: what is old is read from files. */
export const SMALL = { settings: ['tail.max.bytes=16384', 'log.segment.bytes=1048576'] };

/** The segments of the partition's replica on that node, oldest first. */
export function segments(stage: Stage, number: number, topic: string): readonly string[] {
  const paths = stage.cluster.machine(number).disk.paths();
  return paths.filter((path) => path.includes(`/logs/${topic}-0.`) && path.endsWith('.log'));
}

/** Flips a bit in the middle of the oldest segment, in cache and on the platter; it must have been closed. */
export function damage(stage: Stage, number: number, topic: string): string {
  const { disk } = stage.cluster.machine(number);
  const [path = ''] = segments(stage, number, topic);
  expect(segments(stage, number, topic).length).toBeGreaterThan(1);
  disk.flipBit(path, (disk.cachedBytes(path)?.length ?? 0) * 4);
  return path;
}

/** More than one segment in every replica. */
export async function fill(stage: Stage, topic = 't'): Promise<void> {
  const writer = stage.writer({ topic, padding: 40_000 }).start();
  await stage.cluster.until(() => writer.acked >= 40, 10_000, 'two segments are full');
  writer.stop();
  await stage.cluster.until(() => writer.pending === 0, 10_000, 'all are answered');
}

export function isr(stage: Stage, topic = 't'): readonly number[] {
  return stage.cluster.record(topic, 0)?.isr ?? [];
}

export function untilFull(stage: Stage, topic = 't'): Promise<number> {
  const { cluster } = stage;
  return cluster.until(
    () => isr(stage, topic).length === (cluster.record(topic, 0)?.replicas.length ?? -1),
    30_000,
    'all are in sync',
  );
}

/** An operator's word: any live replica may lead. */
export async function electUncleanly({ cluster }: Stage, topic: string): Promise<unknown> {
  const command = { kind: 'elect-leaders', election: 'unclean', partitions: [{ topic, partition: 0 }] } as const;
  const outcome = await cluster.wait(
    present(cluster.nodes()[0], 'a node').node.commands().submit(command, millis(5000)),
  );
  return outcome.kind === 'answer' ? outcome.answer[0]?.result : outcome;
}

/** Error lines of the node's log that contain `text`. */
export function errors(stage: Stage, number: number, text: string): readonly string[] {
  const lines = stage.cluster.machine(number).log.lines.map((line) => JSON.stringify(line));
  return lines.filter((line) => line.includes(text) && line.includes('error'));
}

export function failed(stage: Stage, number: number): unknown {
  const replicas = stage.cluster.node(number)?.node.failed;
  return { total: replicas?.total, offline: replicas?.offline };
}
