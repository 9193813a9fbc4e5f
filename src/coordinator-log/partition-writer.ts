/**
 * Writes of one coordinator partition: decide ─▶ append (conditional on the term) ─▶ apply to the image ─▶ wait for the commit.
 *
 * What is appended is applied at once, so that later decisions are made from it and the order of the log is the order
 * of the decisions; answers wait for the commit. Nothing has to be rolled back: an append can be lost only with the
 * term, and with the term all of this state goes. A refused append changes nothing.
 */
import { assert, millis } from '../../raft/index.ts';
import type { Millis } from '../../raft/index.ts';
import type { Clock } from '../../storage/index.ts';
import { ERROR_CODES } from '../wire/index.ts';
import type { LogImage } from './log-image.ts';
import { LogRewrite } from './log-rewrite.ts';
import type { AppendRefusal, BatchTransaction, KeyValueRecord, PartitionLog, Settlement } from './partition-log.ts';
import { PendingAppends } from './pending-appends.ts';
import type { Settled } from './pending-appends.ts';
import type { CoordinatorLogSettings } from './settings.ts';

export interface PartitionWriterOptions<Name> {
  readonly log: PartitionLog;
  readonly image: LogImage<Name>;
  readonly settings: CoordinatorLogSettings;
  readonly clock: Clock;
  /** The log said that the term is over. */
  readonly onLost: () => void;
  /** `expire` wants to be called at this instant or soon after. */
  readonly onDue: (at: Millis) => void;
}

function refusalError(reason: AppendRefusal): number {
  switch (reason) {
    case 'not-leader':
    case 'unwritable':
      return ERROR_CODES.NOT_COORDINATOR.code;
    case 'not-enough-replicas':
      return ERROR_CODES.COORDINATOR_NOT_AVAILABLE.code;
    case 'too-large':
      return ERROR_CODES.INVALID_COMMIT_OFFSET_SIZE.code;
    case 'producer-fenced':
      return ERROR_CODES.INVALID_PRODUCER_EPOCH.code;
  }
}

export class PartitionWriter<Name> {
  readonly rewrite: LogRewrite<Name>;
  readonly #options: PartitionWriterOptions<Name>;
  readonly #pending = new PendingAppends();
  #closed = false;

  constructor(options: PartitionWriterOptions<Name>) {
    this.#options = options;
    const { log, image, settings } = options;
    this.rewrite = new LogRewrite({
      log,
      image,
      settings,
      append: (records, settled) => this.#write(records, settled, null),
    });
  }

  /** Instant at which `expire` has something to do, or null. */
  due(): Millis | null {
    return this.#pending.due();
  }

  /**
   * Appends `records` as one batch and applies them. Returns 0, and `settled` is told later; or why nothing was
   * appended, and nothing was applied.
   */
  append(records: readonly KeyValueRecord[], settled: Settled, transaction: BatchTransaction | null = null): number {
    const { log, image } = this.#options;
    const base = log.logEnd();
    const error = this.#write(records, settled, transaction);
    if (error !== 0) return error;
    for (const record of records) {
      const reason = image.apply(record, { base, transaction });
      assert(reason === null, () => `wrote a record that cannot be read: ${reason}`);
    }
    this.rewrite.maybeStart();
    return 0;
  }

  #write(records: readonly KeyValueRecord[], settled: Settled, transaction: BatchTransaction | null): number {
    const { log, clock, settings } = this.#options;
    if (this.#closed) return ERROR_CODES.NOT_COORDINATOR.code;
    if (this.#pending.size >= settings.pendingAppendsMax) return ERROR_CODES.COORDINATOR_NOT_AVAILABLE.code;
    const onSettled = (settlement: Settlement): void => {
      if (this.#closed) return;
      if (settlement === 'committed') this.#pending.commitOldest();
      else this.#options.onLost();
    };
    const result = log.append(records, clock.wallNow(), onSettled, transaction);
    if (result.kind === 'refused') return refusalError(result.reason);
    const deadline = millis(clock.now() + settings.appendTimeoutMs);
    this.#pending.add(deadline, settled);
    this.#options.onDue(deadline);
    this.rewrite.noteAppended(records);
    return 0;
  }

  /** Calls back when everything that the image says now is committed. */
  whenCommitted(settled: Settled): void {
    if (this.#closed) settled(ERROR_CODES.NOT_COORDINATOR.code);
    else this.#pending.whenAll(settled);
  }

  expire(now: Millis): void {
    this.#pending.expire(now);
  }

  /** The term is over: everybody who waits is told NOT_COORDINATOR, and nothing is written any more. */
  close(): void {
    this.#closed = true;
    this.#pending.close();
  }
}
