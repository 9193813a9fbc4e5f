/**
 * What is written to a partition at its leader, and who waits for it.
 *
 * ```
 *  produce ─▶ check batch ─▶ check sequence ─▶ (transaction begins: verify) ─▶ replica.propose ─▶ wait: durable | high watermark
 *  marker  ─▶ check epochs ─▶ control batch ───────────────────────────────▶ replica.propose ─▶ wait: high watermark
 * ```
 * Batches are appended in the order of the calls; while the first batch of a transaction is being verified, later ones of the
 * same producer wait behind it, and nobody else.
 */
import { offset as toOffset, present } from '../../raft/index.ts';
import type { Offset, Term } from '../../raft/index.ts';
import { buildControlBatch, markerBody, stampTimestamp } from '../../storage/batch/index.ts';
import type { Replica } from '../replica/index.ts';
import { admitBatch } from './admission.ts';
import type { Admitted, BatchOrigin, VerifyTransaction } from './admission.ts';
import type { Acknowledgement, PartitionRefusal, ProduceOutcome } from './outcome.ts';
import type { PartitionSettings } from './partition-settings.ts';
import type { ProducerBatch, SequencedBatch } from './producer.ts';
import type { ProducerTracker } from './producer-tracker.ts';
import { TransactionGate } from './transaction-gate.ts';
import type { HeldWrite } from './transaction-gate.ts';
import type { MarkerOutcome, TransactionMarker } from './transaction-marker.ts';
import { WaitingAcks } from './waiting-acks.ts';

export interface Leading {
  readonly term: Term;
  readonly termStart: Offset;
}

/** The partition as its writes see it. */
export interface WrittenPartition {
  readonly replica: Replica;
  readonly settings: PartitionSettings;
  readonly leading: Leading | null;
  readonly highWatermark: Offset;
  readonly logStart: Offset;
  readonly producers: ProducerTracker;
  notServing(): PartitionRefusal;
}

type Done = (outcome: ProduceOutcome) => void;

/** An admitted batch on its way into the log. */
interface Write {
  readonly admitted: Admitted;
  readonly acks: Acknowledgement;
  /** Null: it need not be verified. */
  readonly verify: VerifyTransaction | null;
  /** A transaction must begin with sequence 0 (TV2, KIP-890). */
  readonly beginsAtZero: boolean;
  /** A coordinator, which has applied what it wrote and has a deadline of its own: to be told that the disk is full would end its term. */
  readonly waitsForSpace: boolean;
  readonly done: Done;
}

interface Appended {
  readonly base: Offset;
  readonly end: Offset;
  readonly term: Term;
  readonly logAppendTime: number | null;
}

/** First Produce version whose clients bump their epoch with every transaction (TV2). */
export const TV2_SINCE = 12;

export class PartitionWrites {
  readonly #partition: WrittenPartition;
  readonly #wallNow: () => number;
  readonly #committed = new WaitingAcks();
  readonly #durable = new WaitingAcks();
  readonly #gate = new TransactionGate();

  constructor(partition: WrittenPartition, wallNow: () => number) {
    this.#partition = partition;
    this.#wallNow = wallNow;
  }

  /** See `Partition.produce`. */
  produce(bytes: Buffer, acks: Acknowledgement, origin: BatchOrigin, done: Done): void {
    this.#partition.producers.whenReady(() => this.#append(bytes, acks, origin, done));
  }

  /** See `Partition.writeMarker`. */
  writeMarker(marker: TransactionMarker, done: (outcome: MarkerOutcome) => void): void {
    this.#partition.producers.whenReady(() => this.#appendMarker(marker, done));
  }

  /** Calls back, maybe at once, when the high watermark is at or above `end`, or this leadership is lost. */
  whenCommitted(end: Offset, done: (result: 'reached' | 'lost') => void): void {
    if (this.#partition.leading === null) return done('lost');
    if (this.#partition.highWatermark >= end) return done('reached');
    this.#committed.add({ end, done });
  }

  onCommitted(highWatermark: Offset): void {
    this.#committed.complete(highWatermark);
  }

  onDurable(end: Offset): void {
    this.#durable.complete(end);
  }

  /** Fails all waits: this replica leads no more, or in another term. */
  lose(): void {
    this.#gate.lose();
    this.#committed.lose();
    this.#durable.lose();
  }

  /** What was appended waits for space on the disk: who produced it is told so instead of waiting too. */
  refuseWaiting(reason: string): void {
    this.#committed.refuse(reason);
    this.#durable.refuse(reason);
  }

  #append(bytes: Buffer, acks: Acknowledgement, origin: BatchOrigin, done: Done): void {
    const refusal = this.#refuse(acks);
    if (refusal !== null) return done(refusal);
    const admitted = admitBatch(bytes, this.#partition.settings.admission, origin, this.#wallNow());
    if (admitted.kind !== 'admitted') return done(admitted);
    const verify = origin.internal ? null : (origin.verify ?? null);
    const beginsAtZero = verify !== null && !origin.internal && origin.version >= TV2_SINCE;
    this.#place({ admitted, acks, verify, beginsAtZero, waitsForSpace: origin.internal, done });
  }

  #place(write: Write): void {
    const { producer } = write.admitted;
    if (producer === null) return this.#propose(write);
    if (this.#gate.holds(producer.producerId)) return this.#gate.hold(producer.producerId, this.#held(write));
    if (this.#refusedBySequence(write, producer)) return;
    const begins = producer.transactional && !this.#partition.producers.state.isOpen(producer);
    if (begins && write.verify !== null) return this.#verify(write, producer, write.verify);
    this.#propose(write);
  }

  /** Answers what must not be appended, or is in the log already. */
  #refusedBySequence({ admitted, acks, beginsAtZero, done }: Write, producer: SequencedBatch): boolean {
    const { state } = this.#partition.producers;
    const checked = state.check(producer);
    const outOfOrder = (expected: string): boolean => {
      done({ kind: 'out-of-order-sequence', reason: `sequence ${producer.firstSequence} where ${expected}` });
      return true;
    };
    switch (checked.kind) {
      case 'duplicate':
        this.#answerDuplicate(checked.original, acks, done);
        return true;
      case 'out-of-order':
        return outOfOrder(`${checked.expected} was expected`);
      case 'fenced':
        done({ kind: 'producer-fenced', reason: `a newer producer with epoch ${checked.producerEpoch} has written` });
        return true;
      case 'inside-transaction':
        done({
          kind: 'invalid-transaction-state',
          reason: `not transactional while the transaction from ${checked.openFrom} on is open`,
        });
        return true;
      case 'next':
        break;
    }
    if (!admitted.producer?.transactional || state.isOpen(producer)) return false;
    if (this.#gate.skips(producer)) return outOfOrder('an earlier one of the transaction is not in the log');
    if (beginsAtZero && producer.firstSequence > 0 && state.get(producer.producerId) === null)
      return outOfOrder('0 was expected of a producer that is not known');
    return false;
  }

  #verify(write: Write, producer: SequencedBatch, verify: VerifyTransaction): void {
    const verification = this.#gate.begin(producer, this.#held(write));
    void verify(producer).then((refusal) => {
      const waiting = this.#gate.end(verification);
      // Answered when the leadership was lost.
      if (waiting === null) return;
      // What was asked about has ended meanwhile: the answer may have been about that, or about what begins now.
      if (verification.isVoid) this.#again(write);
      else if (refusal !== null) write.done(refusal);
      else this.#again({ ...write, verify: null });
      for (const held of waiting) held.resume();
    });
  }

  #held(write: Write): HeldWrite {
    return { resume: () => this.#again(write), lose: () => write.done(this.#partition.notServing()) };
  }

  /** Time has passed since the write was admitted. */
  #again(write: Write): void {
    const refusal = this.#refuse(write.acks);
    if (refusal === null) this.#place(write);
    else write.done(refusal);
  }

  #propose({ admitted, acks, waitsForSpace, done }: Write): void {
    const proposed = this.#partition.replica.propose([{ bytes: admitted.batch, offsets: admitted.offsets }]);
    if (proposed.kind === 'refused') return done(this.#partition.notServing());
    if (proposed.kind === 'unwritable') return done({ kind: 'storage', reason: proposed.reason });
    if (admitted.producer !== null) this.#gate.clear(admitted.producer.producerId);
    const { base, end, term } = proposed;
    this.#acknowledge(acks, { base, end, term, logAppendTime: admitted.logAppendTime }, done, waitsForSpace);
  }

  #appendMarker(marker: TransactionMarker, done: (outcome: MarkerOutcome) => void): void {
    const { producers, replica, settings } = this.#partition;
    const refusal = this.#refuse('all') ?? producers.state.checkMarker(marker);
    if (refusal !== null) return done(refusal);
    const timestamp = this.#wallNow();
    const batch = buildControlBatch({
      type: marker.committed ? 'commit' : 'abort',
      body: markerBody(marker.coordinatorTerm),
      timestamp,
      producer: { id: marker.producerId, epoch: marker.producerEpoch },
    });
    if (settings.admission.timestampType === 'append') stampTimestamp(batch, 'append', timestamp);
    const bytes = Buffer.from(batch.buffer, batch.byteOffset, batch.byteLength);
    const proposed = replica.propose([{ bytes, offsets: 1 }]);
    if (proposed.kind === 'refused') return done(this.#partition.notServing());
    if (proposed.kind === 'unwritable') return done({ kind: 'storage', reason: proposed.reason });
    this.#gate.clear(marker.producerId);
    const { base, end, term } = proposed;
    this.#acknowledge('all', { base, end, term, logAppendTime: null }, (outcome) =>
      done(outcome.kind === 'acknowledged' ? { kind: 'written', end: outcome.end } : outcome),
    );
  }

  #refuse(acks: Acknowledgement): PartitionRefusal | null {
    const { leading, settings, replica, producers } = this.#partition;
    if (leading === null) return this.#partition.notServing();
    const required = settings.minInsyncReplicas;
    if (acks === 'all' && required !== null) {
      const isr = replica.isrSize;
      if (isr < required) return { kind: 'not-enough-replicas', isr, required };
    }
    return producers.failed ? { kind: 'storage', reason: 'the state of producers cannot be read' } : null;
  }

  #answerDuplicate(original: ProducerBatch, acks: Acknowledgement, done: Done): void {
    const { term } = present(this.#partition.leading, 'leadership');
    const base = toOffset(original.base);
    // As Kafka: a repeat is answered with the timestamp of the batch as it was stored, whatever the topic's kind of time.
    this.#acknowledge(acks, { base, end: toOffset(original.end), term, logAppendTime: original.timestamp }, done);
  }

  #acknowledge(acks: Acknowledgement, appended: Appended, done: Done, waitsForSpace = false): void {
    const { replica, highWatermark } = this.#partition;
    const finish = (result: 'reached' | 'lost'): void =>
      done(
        result === 'reached'
          ? { kind: 'acknowledged', ...appended, logStart: this.#partition.logStart }
          : this.#partition.notServing(),
      );
    const refuse = (reason: string): void => done({ kind: 'storage', reason });
    const { end } = appended;
    if (acks === 'none') return finish('reached');
    const reached = acks === 'all' ? highWatermark : replica.durableEnd;
    if (reached >= end) return finish('reached');
    const { failure } = replica.log;
    // A repeat of what was refused while it waited.
    if (failure !== null) return refuse(failure.reason);
    const wait = waitsForSpace ? { end, done: finish } : { end, done: finish, refuse };
    (acks === 'all' ? this.#committed : this.#durable).add(wait);
  }
}
