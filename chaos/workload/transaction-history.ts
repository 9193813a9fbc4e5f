/**
 * What is known of every transaction from outside: what was sent in it, and how it ended as its client was told.
 *
 * ```
 *  open ──commit is asked for──▶ committing ──▶ committed | unknown
 *    └── abort, given up, replaced ──▶ aborted: nobody has ever asked for its commit
 * ```
 *   E2  nothing succeeds that began under an identity after a newer one was granted
 *   E3  readers of what is committed are shown all of a transaction or nothing, offsets included
 */
import type { ProducerIdentity } from '../../src/client/index.ts';
import { violated } from './history.ts';
import type { SentRecord } from './history.ts';

export interface KnownTransaction {
  /** For messages. */
  readonly name: string;
  readonly line: TransactionLine;
  /** Rises in the line. */
  readonly number: number;
  readonly records: SentRecord[];
  /** The offset that it commits, was acknowledged as part of it; null: none. */
  offset: number | null;
  state: 'open' | 'committing' | 'committed' | 'aborted' | 'unknown';
  /** Some of it was shown as committed. */
  shown: boolean;
}

/** All lives under one transactional id. */
export class TransactionLine {
  readonly transactionalId: string;
  /** The newest identity that anybody was given. */
  #newest: ProducerIdentity | null = null;
  #next = 1;
  readonly transactions: KnownTransaction[] = [];

  constructor(transactionalId: string) {
    this.transactionalId = transactionalId;
  }

  /** Somebody was given an identity. */
  grant(identity: ProducerIdentity | null): void {
    if (identity === null) return;
    if (this.#newest === null || isNewer(identity, this.#newest)) this.#newest = identity;
  }

  /** To be called before an operation begins: judges its success. */
  begins(who: string, what: string, identity: ProducerIdentity | null): () => void {
    const newest = this.#newest;
    return () => {
      if (identity === null || newest === null || newest.id !== identity.id || newest.epoch <= identity.epoch) return;
      violated(
        'E2',
        `${what} of ${who} in epoch ${identity.epoch} of ${identity.id} (${this.transactionalId}) succeeded, epoch ${newest.epoch} was given before it began`,
      );
    };
  }

  begin(who: string): KnownTransaction {
    const number = this.#next;
    this.#next += 1;
    const name = `${this.transactionalId}.${number} of ${who}`;
    const made: KnownTransaction = { name, line: this, number, records: [], offset: null, state: 'open', shown: false };
    this.transactions.push(made);
    return made;
  }
}

function isNewer(one: ProducerIdentity, other: ProducerIdentity): boolean {
  return one.id === other.id ? one.epoch > other.epoch : one.id > other.id;
}

export class TransactionHistory {
  readonly lines: TransactionLine[] = [];
  readonly #byRecord = new Map<string, KnownTransaction>();

  line(transactionalId: string): TransactionLine {
    const line = new TransactionLine(transactionalId);
    this.lines.push(line);
    return line;
  }

  add(transaction: KnownTransaction, record: SentRecord): void {
    transaction.records.push(record);
    this.#byRecord.set(record.id, transaction);
  }

  /** Null: it was sent outside of transactions. */
  of(id: string): KnownTransaction | null {
    return this.#byRecord.get(id) ?? null;
  }

  all(): readonly KnownTransaction[] {
    return this.lines.flatMap(({ transactions }) => transactions);
  }

  /** A reader of what is committed was given a record. */
  noteShown(id: string, who: string): void {
    const transaction = this.of(id);
    if (transaction === null) return;
    if (transaction.state === 'open' || transaction.state === 'aborted')
      violated('E3', `${who} was shown ${id} of ${transaction.name}, which is ${transaction.state}`);
    transaction.shown = true;
  }

  /** Somebody was told that `offset` is what the line's group has committed. */
  noteOffset(line: TransactionLine, offset: number, who: string): void {
    const source = line.transactions.find((each) => each.offset === offset);
    if (source === undefined) return;
    if (source.state === 'open' || source.state === 'aborted')
      violated('E3', `${who} was shown the offset ${offset} of ${source.name}, which is ${source.state}`);
    source.shown = true;
  }

  /**
   * Everything is over: `shown` is all that a reader of what is committed is given.
   *
   * @param isOwed whether that place (label, partition) still owes what it has told
   */
  judge(shown: ReadonlySet<string>, isOwed: (topic: string, partition: number) => boolean): void {
    for (const transaction of this.all()) {
      const { records, name, state } = transaction;
      const owed = records.filter(
        ({ outcome, topic, partition }) => outcome.kind === 'acked' && isOwed(topic, partition),
      );
      const missing = owed.filter(({ id }) => !shown.has(id));
      const isSeen = transaction.shown || records.some(({ id }) => shown.has(id));
      const [first] = missing;
      if (first !== undefined && (state === 'committed' || isSeen))
        violated('E3', `${first.id} of ${name} (${state}) is not shown, ${owed.length - missing.length} others are`);
    }
  }

  /** The group of that line has committed `offset` when everything is over; null: nothing. */
  judgeOffset(line: TransactionLine, offset: number | null): void {
    const newer = line.transactions.filter(
      (each) => each.offset !== null && each.offset > (offset ?? 0) && (each.state === 'committed' || each.shown),
    );
    const [first] = newer;
    if (first !== undefined)
      violated(
        'E3',
        `the group of ${line.transactionalId} is at ${offset}, ${first.name} has committed ${first.offset}`,
      );
    const source = line.transactions.find((each) => each.offset === offset && offset !== null);
    if (source?.state === 'aborted' || source?.state === 'open')
      violated(
        'E3',
        `the group of ${line.transactionalId} is at ${offset}, of ${source.name}, which is ${source.state}`,
      );
  }
}
