/**
 * The checkpoint: from now on recovery begins here.
 *
 * ```
 *  one moment: journal marker + facts of all changed logs
 *    ─▶ their segments written up to it, synced (two files at a time), directories too
 *    ─▶ ONE synced batch: group records, saved states, journal sequence covered
 *    ─▶ journal files that hold nothing newer are free again
 * ```
 * One runs at a time; who asks while one runs gets the next, because the running one may have passed its log already.
 */
import { assert } from '../../raft/index.ts';
import type { GroupId } from '../../raft/index.ts';
import type { Journal } from '../journal/journal.ts';
import type { KeyValueChange } from '../key-value.ts';
import { encodeGroupRecord, groupKey } from '../log/group-record.ts';
import type { DiskLog } from '../log/disk-log.ts';
import type { LogCapture } from '../log/log-capture.ts';
import { DiskError } from '../disk.ts';
import { encodeTermCheckpoint, TERM_CHECKPOINT_NAME } from '../segment/term-checkpoint.ts';
import { putJson } from './data-keys.ts';
import type { MetaStore } from './meta-store.ts';

/** More syncs in flight make each of them, and the journal's own, slower than one after the other. */
const SYNCS_IN_FLIGHT = 2;

export interface CheckpointerOptions {
  readonly journal: Journal;
  readonly meta: MetaStore;
  readonly life: number;
  /** The group's log, when the store has it open: a deleted one must not be recorded again. */
  readonly logOf: (group: GroupId) => DiskLog | undefined;
}

/** One per store. */
export class Checkpointer {
  readonly #options: CheckpointerOptions;
  readonly #changed = new Set<GroupId>();
  #running: Promise<void> | null = null;
  #next: Promise<void> | null = null;
  #lastSequence = 0;
  #held = 0;
  #onReleased: (() => void)[] = [];

  constructor(options: CheckpointerOptions) {
    this.#options = options;
  }

  /** Journal sequence that the last checkpoint covers. */
  get lastSequence(): number {
    return this.#lastSequence;
  }

  get running(): boolean {
    return this.#running !== null;
  }

  get hasChanges(): boolean {
    return this.#changed.size > 0;
  }

  /** The group's log differs from its record. */
  note(group: GroupId): void {
    this.#changed.add(group);
  }

  forget(group: GroupId): void {
    this.#changed.delete(group);
  }

  /**
   * A log has left the store, and that it has is not yet on its way to the key-value store: a checkpoint that went there first
   * would pass the log's journal records, and a crash between the two would find a log without them. Answers how to end it.
   */
  hold(): () => void {
    this.#held += 1;
    return () => {
      this.#held -= 1;
      if (this.#held > 0) return;
      for (const resolve of this.#onReleased.splice(0)) resolve();
    };
  }

  /** Runs a checkpoint that begins no earlier than now; `extra` goes into its batch. */
  run(extra: readonly KeyValueChange[] = []): Promise<void> {
    if (this.#running === null) return this.#start(extra);
    if (extra.length === 0 && this.#next !== null) return this.#next;
    const next = this.#running.then(() => this.run(extra));
    if (extra.length === 0) this.#next = next;
    return next;
  }

  #start(extra: readonly KeyValueChange[]): Promise<void> {
    assert(this.#running === null, 'one checkpoint at a time');
    this.#next = null;
    const running = this.#once(extra).finally(() => {
      this.#running = null;
    });
    this.#running = running;
    return running;
  }

  async #once(extra: readonly KeyValueChange[]): Promise<void> {
    const { journal, meta, life, logOf } = this.#options;
    const isLive = (log: DiskLog): boolean => logOf(log.group) === log;
    const marker = journal.marker();
    journal.allow(marker);
    const logs = [...this.#changed].flatMap((group) => logOf(group) ?? []);
    this.#changed.clear();
    // All captures are begun in this turn: together with the marker they are one moment.
    const captures = logs.map((log) => ({ log, captured: log.capture() }));
    const done = new Map<DiskLog, LogCapture>();
    const queue = [...captures];
    let isWhole = true;
    const worker = async (): Promise<void> => {
      for (let entry = queue.shift(); entry !== undefined; entry = queue.shift()) {
        const { log, captured } = entry;
        const capture = await settled(log, captured);
        if (capture !== null) done.set(log, capture);
        else if (isLive(log)) isWhole = false;
      }
    };
    await Promise.all(Array.from({ length: SYNCS_IN_FLIGHT }, worker));
    if (!isWhole) {
      // A log was stopped under us (the store closes with a full disk): nothing is recorded, all is replayed.
      for (const log of logs) this.#changed.add(log.group);
      return;
    }
    while (this.#held > 0) await new Promise<void>((resolve) => this.#onReleased.push(resolve));
    const changes: KeyValueChange[] = [...extra];
    const live = [...done].filter(([log]) => isLive(log));
    for (const [log, capture] of live) {
      const record = log.issued(capture);
      changes.push(...capture.states.changes, {
        kind: 'put',
        key: groupKey(log.group),
        value: encodeGroupRecord(record),
      });
    }
    changes.push(putJson('checkpoint', { sequence: marker.sequence, life }));
    await meta.apply(changes, { sync: true });
    // Not recorded: the store closes without space, and the journal keeps everything.
    if (meta.gaveUp !== null) return;
    this.#lastSequence = marker.sequence;
    for (const [, capture] of live) capture.states.commit();
    journal.release(marker);
  }
}

/** The capture with its segments synced; of a log that fails meanwhile, the record that says so. */
async function settled(log: DiskLog, captured: Promise<LogCapture | null>): Promise<LogCapture | null> {
  const capture = await captured;
  if (capture === null || log.health.halted) return capture === null ? null : log.capture();
  try {
    await log.set.sync();
    await log.set.saveIndexes(false);
    const isNew = capture.record.facts.terms !== log.record.facts.terms;
    if (isNew && !log.pipeline.stopped) await writeTerms(log, capture);
  } catch (error) {
    log.onSyncError(error);
  }
  return log.health.halted ? log.capture() : capture;
}

/** For people and Kafka's tools; a full disk, or a process without handles, is no reason to fail. */
async function writeTerms(log: DiskLog, capture: LogCapture): Promise<void> {
  const { disk } = log.set.ports;
  const path = `${log.set.directory}/${TERM_CHECKPOINT_NAME}`;
  try {
    const file = await disk.open(`${path}.tmp`, 'create');
    try {
      await file.truncate(0);
      await file.write([encodeTermCheckpoint(capture.record.facts.terms)], 0);
    } finally {
      await file.close();
    }
    await disk.rename(`${path}.tmp`, path);
  } catch (error) {
    if (!(error instanceof DiskError && (error.kind === 'full' || error.kind === 'handles'))) throw error;
  }
}
