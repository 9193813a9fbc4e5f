/**
 * The coordinator of the transactional ids of one partition of `__transaction_state`, for one term.
 *
 * ```
 *  request ─▶ decide ─▶ append ─▶ committed ─▶ answer
 *                                    └─▶ PrepareX: markers to all partitions ─▶ append CompleteX
 * ```
 *
 * Nothing is answered, and no marker sent, before the transition is committed. While a transition is being written every
 * other one waits a little and is then told 51; but what follows CompleteX is written behind it at once, as it cannot be
 * committed without it. A coordinator that takes over sends the markers of every PrepareX again.
 */
import { millis } from '../../raft/index.ts';
import type { Millis } from '../../raft/index.ts';
import type { Clock } from '../../storage/index.ts';
import { Alarm, PartitionTerm, PartitionWriter } from '../coordinator-log/index.ts';
import type { PartitionLog } from '../coordinator-log/index.ts';
import type { LogSink } from '../ports/index.ts';
import { ERROR_CODES } from '../wire/index.ts';
import type { WireCodec } from '../wire/index.ts';
import { completed, isExpired } from './decide-end.ts';
import { fenced } from './decide-init.ts';
import type { Decision, Known, ProducerIdentity } from './decision.ts';
import type { MarkerPort } from './marker-job.ts';
import type { TransactionSettings } from './settings.ts';
import { TransactionImage } from './transaction-image.ts';
import type { TransactionName } from './transaction-image.ts';
import { OpenTransactions } from './open-transactions.ts';
import { transactionRecord } from './transaction-record.ts';
import { isEnded, isEnding } from './transaction.ts';
import type { Transaction } from './transaction.ts';

export interface TransactionPartitionOptions {
  readonly log: PartitionLog;
  readonly settings: TransactionSettings;
  readonly clock: Clock;
  readonly sink: LogSink;
  readonly codec: WireCodec;
  readonly markers: MarkerPort;
  /** A producer id that nobody has; null when there is none in time. */
  readonly freshProducerId: () => Promise<number | null>;
}

/** `error` 0 or what to tell the client; the identity is -1, -1 when there is none to tell. */
export interface TransactionAnswer extends ProducerIdentity {
  readonly error: number;
}

/** @param freshId null: none is at hand */
export type Decide = (known: Known, freshId: number | null, wallNow: number) => Decision;

function failed(error: number): TransactionAnswer {
  return { error, producerId: -1, producerEpoch: -1 };
}

export class TransactionPartition {
  readonly image: TransactionImage;
  readonly options: TransactionPartitionOptions;
  readonly #writer: PartitionWriter<TransactionName>;
  readonly #term: PartitionTerm;
  readonly #alarm: Alarm;
  /** Who waits for the transition under way of an id. */
  readonly #waiting = new Map<string, Set<() => void>>();
  #timeoutScan: Millis;
  readonly #open = new OpenTransactions();
  #expiryScan: Millis;

  constructor(options: TransactionPartitionOptions) {
    const { log, settings, clock, sink, codec } = options;
    this.options = options;
    this.image = new TransactionImage(codec);
    this.#alarm = new Alarm(clock, () => this.#wake());
    this.#term = new PartitionTerm({
      log,
      clock,
      sink,
      subject: 'transactions',
      onRun: (run) => {
        this.#writer.rewrite.noteRead(run.bytes);
        for (const record of run.records) this.#noteUnreadable(this.image.apply(record));
      },
      onActive: () => this.#activate(),
      onClosed: () => this.#end(),
    });
    this.#writer = new PartitionWriter({
      log,
      image: this.image,
      settings,
      clock,
      onLost: () => this.close(),
      onDue: (at) => this.#alarm.setBy(at),
    });
    this.#timeoutScan = millis(clock.now() + settings.timeoutScanMs);
    this.#expiryScan = millis(clock.now() + settings.expiryScanMs);
  }

  get partition(): number {
    return this.options.log.partition;
  }

  /** Begins to read the log; until it is done every request is refused with 14. */
  start(): void {
    this.#term.start();
  }

  /** The term is over: every waiting request is answered with 16, and so is every later one. */
  close(): void {
    this.#term.close();
  }

  /** 0 when requests can be served; else the error to answer with. */
  unavailable(): number {
    return this.#term.unavailable();
  }

  /** Decides about a request, does what was decided, and says how it ended. */
  async carryOut(transactionalId: string, decide: Decide): Promise<TransactionAnswer> {
    const { clock, settings, freshProducerId } = this.options;
    const waitUntil = clock.now() + settings.endingWaitMs;
    let freshId: number | null = null;
    for (;;) {
      const unavailable = this.unavailable();
      if (unavailable !== 0) return failed(unavailable);
      const known = this.image.known(transactionalId);
      const decision = this.#decideAhead(transactionalId, known, (from) => decide(from, freshId, clock.wallNow()));
      switch (decision.kind) {
        case 'answer':
          return { ...decision, error: 0 };
        case 'write': {
          const { next, error, producerId, producerEpoch } = decision;
          if (known.transaction === null && this.#isFull()) return failed(ERROR_CODES.COORDINATOR_NOT_AVAILABLE.code);
          const refused = await this.#write(transactionalId, next);
          if (refused !== 0 || error !== 0) return failed(refused === 0 ? error : refused);
          return { error: 0, producerId, producerEpoch };
        }
        case 'refuse': {
          const left = waitUntil - clock.now();
          if (left <= 0 || !mayPass(known, decision.error)) return failed(decision.error);
          await this.#nextTransition(transactionalId, millis(left));
          break;
        }
        case 'needs-producer-id':
          freshId = await freshProducerId();
          if (freshId === null) return failed(ERROR_CODES.COORDINATOR_LOAD_IN_PROGRESS.code);
      }
    }
  }

  /** Decides from what is committed; or, when that has to wait for CompleteX only, what is to be written behind it. */
  #decideAhead(transactionalId: string, known: Known, decide: (known: Known) => Decision): Decision {
    const ahead = known.pending ? this.image.ahead(transactionalId) : null;
    if (ahead === null) return decide(known);
    const next = decide(ahead);
    return next.kind === 'write' || next.kind === 'needs-producer-id' ? next : decide(known);
  }

  #isFull(): boolean {
    const { settings, sink } = this.options;
    if (this.image.size < settings.partitionIdsMax) return false;
    const { partition } = this;
    const ids = this.image.size;
    sink.log('warn', 'a transactional id is refused: the partition has as many as it may have', { partition, ids });
    return true;
  }

  /** Everything was read: what was ending goes on to its end. */
  #activate(): { readonly transactions: number; readonly ending: number } {
    let ending = 0;
    this.image.commitAll();
    for (const { transactionalId, transaction } of this.image.transactions())
      if (isEnding(transaction)) {
        ending += 1;
        this.#sendMarkers(transactionalId, transaction);
      }
    this.#setAlarm();
    return { transactions: this.image.size, ending };
  }

  #end(): void {
    this.#alarm.close();
    this.#writer.close();
    const waiting = [...this.#waiting.values()].flatMap((waiters) => [...waiters]);
    this.#waiting.clear();
    for (const wake of waiting) wake();
  }

  #noteUnreadable(reason: string | null): void {
    if (reason === null) return;
    const { partition } = this;
    const message = 'a record of a transaction is not readable and is kept as it is';
    this.options.sink.log('warn', message, { partition, reason });
  }

  /** Writes a transition. 0 once it is committed; else why it is not (yet, with 15: it may still be). */
  #write(transactionalId: string, next: Transaction | null): Promise<number> {
    const { log, codec } = this.options;
    return new Promise((resolve) => {
      let number = 0;
      const commit = (): void => {
        if (this.unavailable() === 0 && this.image.commit(transactionalId, number, next))
          this.#committed(transactionalId, next);
      };
      const refused = this.#writer.append([transactionRecord(codec, transactionalId, next)], (error) => {
        if (error === 0) commit();
        resolve(error);
      });
      if (refused !== 0) return resolve(writeError(refused));
      number = this.image.decided(transactionalId, next);
      if (next !== null && isEnded(next)) this.#wakeWaiting(transactionalId);
      // The answer has a deadline, the transition has none.
      log.whenCommitted(log.logEnd(), (settlement) => {
        if (settlement === 'committed') commit();
      });
    });
  }

  #committed(transactionalId: string, next: Transaction | null): void {
    if (next !== null && isEnding(next)) return this.#sendMarkers(transactionalId, next);
    this.#wakeWaiting(transactionalId);
    if (this.image.size > 0) this.#setAlarm();
  }

  #wakeWaiting(transactionalId: string): void {
    const waiters = this.#waiting.get(transactionalId);
    this.#waiting.delete(transactionalId);
    for (const wake of waiters ?? []) wake();
  }

  /** Resolves when the id is not ending any more, or a transition of it is committed, or after `timeout`. */
  #nextTransition(transactionalId: string, timeout: Millis): Promise<void> {
    return new Promise((resolve) => {
      const waiters = this.#waiting.get(transactionalId) ?? new Set();
      this.#waiting.set(transactionalId, waiters);
      const timer = this.options.clock.setTimer(timeout, () => {
        waiters.delete(wake);
        resolve();
      });
      const wake = (): void => {
        timer.cancel();
        resolve();
      };
      waiters.add(wake);
    });
  }

  #sendMarkers(transactionalId: string, ending: Transaction): void {
    const { markers, log } = this.options;
    markers.send({
      transactionalId,
      marker: {
        producerId: ending.producerId,
        producerEpoch: ending.producerEpoch,
        committed: ending.status === 'PrepareCommit',
        coordinatorTerm: log.term,
        transactionVersion: ending.clientVersion >= 2 ? 2 : 1,
      },
      partitions: ending.partitions,
      active: () => this.unavailable() === 0,
      done: () => void this.#complete(transactionalId, ending),
    });
  }

  /** All markers are written. Goes on trying: until the end is written the id can do nothing else. */
  async #complete(transactionalId: string, ending: Transaction): Promise<void> {
    const { clock, settings } = this.options;
    const known = this.image.known(transactionalId);
    if (this.unavailable() !== 0 || known.pending || known.transaction !== ending) return;
    const error = await this.#write(transactionalId, completed(ending, clock.wallNow()));
    if (error === 0) return;
    clock.setTimer(millis(settings.markerRetryMs), () => void this.#complete(transactionalId, ending));
  }

  #setAlarm(): void {
    if (this.image.size > 0) this.#alarm.setBy(millis(Math.min(this.#timeoutScan, this.#expiryScan)));
    const writes = this.#writer.due();
    if (writes !== null) this.#alarm.setBy(writes);
  }

  #wake(): void {
    const { clock, settings } = this.options;
    const now = clock.now();
    this.#writer.expire(now);
    if (this.#timeoutScan <= now) {
      this.#timeoutScan = millis(now + settings.timeoutScanMs);
      this.#abortTimedOut();
    }
    if (this.#expiryScan <= now) {
      this.#expiryScan = millis(now + settings.expiryScanMs);
      this.#forgetExpired();
    }
    this.#setAlarm();
  }

  #abortTimedOut(): void {
    const { clock, sink } = this.options;
    const wallNow = clock.wallNow();
    const late = this.#open.timedOut(this.image.transactions(), clock.now(), wallNow);
    for (const { transactionalId, transaction, pending } of late) {
      if (pending) continue;
      const { producerId, producerEpoch } = transaction;
      sink.log('info', 'a transaction takes too long and is aborted', { transactionalId, producerId, producerEpoch });
      void this.#write(transactionalId, fenced(transaction, wallNow).next);
    }
  }

  #forgetExpired(): void {
    const { clock, settings } = this.options;
    const wallNow = clock.wallNow();
    for (const { transactionalId, transaction, pending } of this.image.transactions()) {
      if (!pending && isExpired(transaction, wallNow, settings.idExpirationMs)) void this.#write(transactionalId, null);
    }
  }
}

/** Whether what refused the request will be over soon. */
function mayPass(known: Known, error: number): boolean {
  if (error !== ERROR_CODES.CONCURRENT_TRANSACTIONS.code) return false;
  return known.pending || (known.transaction !== null && isEnding(known.transaction));
}

/** A transaction whose record is too large cannot be helped by its client. */
function writeError(error: number): number {
  return error === ERROR_CODES.INVALID_COMMIT_OFFSET_SIZE.code ? ERROR_CODES.UNKNOWN_SERVER_ERROR.code : error;
}
