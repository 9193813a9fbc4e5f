/** The node's cleaner: which log is next, how fast it reads, to whom it gives way, and that it ends. */
import { describe, expect, it } from 'vitest';
import { millis } from '../../raft/index.ts';
import { CompactionLoop } from '../../src/node/compaction-loop.ts';
import type { CleanerSettings } from '../../src/node/compaction-loop.ts';
import type { Partition } from '../../src/partition/index.ts';
import { CompactionStopped } from '../../storage/index.ts';
import type { CompactionLimits } from '../../storage/index.ts';
import { SILENT } from '../coordinator/node-bench.ts';
import { TestClock } from '../coordinator/test-clock.ts';

const MIB = 1024 * 1024;

interface Rig {
  readonly clock: TestClock;
  readonly loop: CompactionLoop;
  /** Name of the log and instant of each piece that was read. */
  readonly pieces: string[];
  readonly stopped: string[];
  load: number;
  /** Time that each piece takes. */
  pieceMs: number;
}

/** Logs of so many pieces of a MiB each, with these dirty ratios; above 0.5 they are due. */
function rigOf(
  logs: Readonly<Record<string, readonly [ratio: number, pieces: number]>>,
  more: Partial<CleanerSettings> = {},
) {
  const clock = new TestClock();
  const settings = { backoffMs: 1000, bytesPerSecond: 1e12, keyBytesMax: MIB, ...more };
  const pieces: string[] = [];
  const stopped: string[] = [];
  const partitions = Object.entries(logs).map(([topic, [ratio, count]]) => {
    let left = ratio;
    return {
      id: { topic, index: 0 },
      rollIfOld: () => Promise.resolve(),
      compactionNeed: () => (left === 0 ? null : { dirtyBytes: 1, ratio: left, isDue: left > 0.5 }),
      compact: async ({ pace }: CompactionLimits) => {
        for (let piece = 0; piece < count; piece += 1) {
          pieces.push(`${topic} ${clock.now()}`);
          if (rig.pieceMs > 0) await new Promise<void>((resolve) => clock.setTimer(millis(rig.pieceMs), resolve));
          await Promise.resolve(pace(MIB)).catch((error: unknown) => {
            stopped.push(`${topic} ${error instanceof CompactionStopped}`);
            throw error;
          });
        }
        left = 0;
        return 1;
      },
    } as unknown as Partition;
  });
  const rig: Rig = { clock, pieces, stopped, load: 0, pieceMs: 0, loop: null as never };
  const loop = new CompactionLoop({
    clock,
    sink: SILENT,
    settings: () => settings,
    partitions: () => partitions,
    load: () => rig.load,
  });
  loop.start();
  return Object.assign(rig, { loop, settings });
}

describe('the cleaner', () => {
  it('takes what is due, the dirtiest first, once a round', async () => {
    const { clock, pieces } = rigOf({ clean: [0, 1], some: [0.6, 1], most: [0.9, 1], little: [0.4, 1] });
    await clock.advance(999);
    expect(pieces).toEqual([]);
    await clock.advance(5000);
    expect(pieces).toEqual(['most 1000', 'some 1000']);
  });

  it('waits no longer than a new backoff says, and for what it has begun', async () => {
    const { clock, pieces, loop, settings } = rigOf({ log: [1, 1] }, { backoffMs: 60_000 });
    await clock.advance(500);
    settings.backoffMs = 100;
    loop.reconfigure();
    loop.reconfigure();
    await clock.advance(99);
    expect(pieces).toEqual([]);
    await clock.advance(1);
    expect(pieces).toEqual(['log 600']);
  });

  it('reads no faster than it may', async () => {
    const { clock, pieces } = rigOf({ log: [1, 5] }, { bytesPerSecond: MIB });
    await clock.advance(10_000);
    expect(pieces.map((piece) => Number(piece.split(' ')[1]))).toEqual([1000, 1900, 2900, 3900, 4900]);
  });

  it('rests twice as long as each piece took while somebody is served, and no longer than 20 ms; else not at all', async () => {
    const rig = rigOf({ log: [1, 6] });
    rig.pieceMs = 5;
    for (const at of [1002, 1017, 1032]) rig.clock.setTimer(millis(at), () => (rig.load += 1));
    rig.clock.setTimer(millis(1020), () => (rig.pieceMs = 15));
    await rig.clock.advance(5000);
    expect(rig.pieces.map((piece) => Number(piece.split(' ')[1]))).toEqual([1000, 1015, 1030, 1065, 1080, 1095]);
  });

  it('ends a pass when the node stops, in the middle of a rest too', async () => {
    const { clock, pieces, stopped, loop } = rigOf({ log: [1, 5] }, { bytesPerSecond: MIB });
    await clock.advance(1500);
    let ended = false;
    void loop.stop().then(() => (ended = true));
    await clock.advance(1);
    expect([ended, pieces.length, stopped]).toEqual([true, 2, ['log true']]);
    await clock.advance(60_000);
    expect(pieces.length).toBe(2);
  });
});
