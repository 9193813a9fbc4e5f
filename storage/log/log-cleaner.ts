/**
 * One log's own part in compaction: whether it is worth it, the pass itself, and closing segments that are old.
 *
 * A pass begins with a checkpoint when something that could be cleaned is not recorded by the last one.
 */
import type { Offset } from '../../raft/index.ts';
import type { AbortedRange, CompactionLimits, CompactionNeed, LogSettings } from '../replica-log.ts';
import type { SegmentSet } from '../segment/segment-set.ts';
import { compact, isCovered, needOf } from './compaction.ts';
import type { Compactable } from './compaction.ts';
import type { FileMoves } from './file-moves.ts';
import type { GroupRecord } from './group-record.ts';
import { drawOf, isOldSegment, segmentAgeMax } from './log-life.ts';
import type { LogPipeline } from './log-pipeline.ts';

/** As much memory for keys as half of Kafka's default, and no haste. */
const UNLIMITED: CompactionLimits = { keyBytesMax: 64 * 1024 * 1024, pace: () => undefined };

/** What the cleaner sees of its log. */
export interface CleanedLog {
  readonly group: string;
  readonly set: SegmentSet;
  readonly pipeline: LogPipeline;
  readonly moves: FileMoves;
  settings(): LogSettings;
  record(): GroupRecord;
  store(record: GroupRecord): Promise<void>;
  /** Offline or closed: nothing is done any more. */
  ended(): boolean;
  /** Rises with every cut and move of files. */
  cuts(): number;
  /** The log differs from its record. */
  changed(): void;
  checkpoint(): Promise<void>;
  /** A fault was met: the log goes offline; answers what to reject with. */
  onFault(error: unknown): unknown;
}

/** One per log. */
export class LogCleaner {
  readonly #log: CleanedLog;

  constructor(log: CleanedLog) {
    this.#log = log;
  }

  need(wallNow: number, stableEnd: Offset): CompactionNeed | null {
    const log = this.#log;
    const { compact: isCompacted, life } = log.settings();
    if (!isCompacted || log.ended()) return null;
    return needOf(log.set, { wallNow, minLagMs: life.minLagMs, stableEnd }, log.record().cleaned, life);
  }

  async rollIfOld(wallNow: number): Promise<void> {
    const log = this.#log;
    const active = log.set.segments.at(-1);
    const ageMax = segmentAgeMax(log.settings(), drawOf(log.group, log.set.segments.length));
    if (ageMax === null || active === undefined || log.ended() || !isOldSegment(active, ageMax, wallNow)) return;
    await log.pipeline.exclusively(() => log.set.close());
    log.changed();
  }

  async compact(
    wallNow: number,
    stableEnd: Offset,
    aborted: readonly AbortedRange[],
    limits: CompactionLimits = UNLIMITED,
  ): Promise<number> {
    const log = this.#log;
    const { set, pipeline, moves } = log;
    const { deleteRetentionMs, compact: isCompacted, life } = log.settings();
    if (log.ended() || !isCompacted) return 0;
    const moment = { wallNow, minLagMs: life.minLagMs, stableEnd };
    if (!isCovered(set, log.record(), moment)) await log.checkpoint();
    const cuts = log.cuts();
    const files: Compactable = {
      set,
      settled: () => pipeline.barrier(() => undefined),
      record: () => log.record(),
      store: (record) => log.store(record),
      exclusively: (action) => pipeline.exclusively(action),
      whileMoving: (action) => moves.during(action),
    };
    try {
      return await compact(files, { ...moment, deleteRetentionMs, aborted, ...limits });
    } catch (error) {
      // Files that were cut or removed under it are no damage; the next pass sees what is really there.
      if (cuts === log.cuts()) throw log.onFault(error);
      return 0;
    }
  }
}
