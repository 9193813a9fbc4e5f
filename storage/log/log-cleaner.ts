/**
 * One log's own part in compaction: whether it is worth it, the pass itself, and closing segments that are old.
 *
 * A pass begins with a checkpoint when something that could be cleaned is not recorded by the last one.
 */
import type { Offset } from '../../raft/index.ts';
import { CompactionStopped } from '../replica-log.ts';
import type { AbortedRange, CompactionLimits, CompactionNeed } from '../replica-log.ts';
import type { SegmentSet } from '../segment/segment-set.ts';
import { compact, isCovered, needOf } from './compaction.ts';
import type { Compactable } from './compaction.ts';
import type { FileMove, FileMoves } from './file-moves.ts';
import type { GroupRecord } from './group-record.ts';
import type { HostedLog, LogEnvironment } from './log-environment.ts';
import { drawOf, isOldSegment, segmentAgeMax } from './log-life.ts';
import type { LogPipeline } from './log-pipeline.ts';

/** As much memory for keys as half of Kafka's default, and no haste. */
const UNLIMITED: CompactionLimits = { keyBytesMax: 64 * 1024 * 1024, pace: () => undefined };

/** What the cleaner sees of its log. */
export interface CleanedLog extends HostedLog {
  readonly set: SegmentSet;
  readonly pipeline: LogPipeline;
  readonly record: GroupRecord;
  /** Rises with every cut and move of files. */
  readonly cuts: number;
}

export interface CleanerHooks {
  /** Nothing is accepted any more. */
  readonly closed: () => boolean;
  readonly store: (record: GroupRecord, move?: FileMove) => Promise<void>;
  /** A pass is over: the record's `cleaned` says how far. */
  readonly onCleaned: () => void;
  /** A fault was met: the log goes offline; answers what to reject with. */
  readonly onFault: (error: unknown) => unknown;
}

/** One per log. */
export class LogCleaner {
  readonly #log: CleanedLog;
  readonly #moves: FileMoves;
  readonly #environment: Pick<LogEnvironment, 'changed' | 'checkpoint'>;
  readonly #hooks: CleanerHooks;

  constructor(
    log: CleanedLog,
    moves: FileMoves,
    environment: Pick<LogEnvironment, 'changed' | 'checkpoint'>,
    hooks: CleanerHooks,
  ) {
    this.#log = log;
    this.#moves = moves;
    this.#environment = environment;
    this.#hooks = hooks;
  }

  get #ended(): boolean {
    return this.#log.offline || this.#hooks.closed();
  }

  need(wallNow: number, stableEnd: Offset): CompactionNeed | null {
    const log = this.#log;
    const { compact: isCompacted, life } = log.settings;
    if (!isCompacted || this.#ended) return null;
    return needOf(log.set, { wallNow, minLagMs: life.minLagMs, stableEnd }, log.record.cleaned, life);
  }

  async rollIfOld(wallNow: number): Promise<void> {
    const log = this.#log;
    const active = log.set.segments.at(-1);
    const ageMax = segmentAgeMax(log.settings, drawOf(log.group, log.set.segments.length));
    if (ageMax === null || active === undefined || this.#ended || !isOldSegment(active, ageMax, wallNow)) return;
    await log.pipeline.exclusively(() => log.set.close());
    this.#environment.changed(log);
  }

  async compact(
    wallNow: number,
    stableEnd: Offset,
    aborted: readonly AbortedRange[],
    limits: CompactionLimits = UNLIMITED,
  ): Promise<number> {
    const log = this.#log;
    const { set, pipeline } = log;
    const { deleteRetentionMs, compact: isCompacted, life } = log.settings;
    if (this.#ended || !isCompacted) return 0;
    const moment = { wallNow, minLagMs: life.minLagMs, stableEnd };
    if (!isCovered(set, log.record, moment)) await this.#environment.checkpoint();
    const cuts = log.cuts;
    const files: Compactable = {
      set,
      settled: () => pipeline.barrier(() => undefined),
      record: () => log.record,
      store: (record, move) => this.#hooks.store(record, move),
      exclusively: (action) => pipeline.exclusively(action),
      whileMoving: (action) => this.#moves.during(action),
    };
    try {
      const freed = await compact(files, { ...moment, deleteRetentionMs, aborted, ...limits });
      this.#hooks.onCleaned();
      return freed;
    } catch (error) {
      if (error instanceof CompactionStopped || this.#ended) return 0;
      // Files that were cut or removed under it are no damage; the next pass sees what is really there.
      if (cuts === log.cuts) throw this.#hooks.onFault(error);
      return 0;
    }
  }
}
