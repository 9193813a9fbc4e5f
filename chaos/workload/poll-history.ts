/**
 * What consumers were given, poll by poll: the order matters, not only what (`History.noteRead` compares that).
 *
 * ```
 *  session (one consumer of one partition, from one position on)     poll 0: 0 1 2     poll 1: 3     poll 2: 4 5
 * ```
 * A consumer that begins anew, wherever it was told to, is another session.
 */

export interface PolledRecord {
  readonly offset: number;
  readonly value: string;
}

/** What one poll gave of one partition; never empty. */
export interface Poll {
  /** When it was answered, in virtual milliseconds. */
  readonly at: number;
  readonly records: readonly PolledRecord[];
}

/** One consumer of one partition. */
export class PollSession {
  readonly consumer: string;
  readonly topic: string;
  readonly partition: number;
  /** First offset that it asks for. */
  readonly from: number;
  readonly polls: Poll[] = [];

  constructor(consumer: string, topic: string, partition: number, from: number) {
    this.consumer = consumer;
    this.topic = topic;
    this.partition = partition;
    this.from = from;
  }

  /** The consumer was given these, in this order. */
  note(at: number, records: readonly PolledRecord[]): void {
    if (records.length > 0) this.polls.push({ at, records });
  }
}

export class PollHistory {
  #sessions: PollSession[] = [];

  /** A consumer begins to read a partition at `from`. */
  begin(consumer: string, topic: string, partition: number, from: number): PollSession {
    const session = new PollSession(consumer, topic, partition, from);
    this.#sessions.push(session);
    return session;
  }

  sessions(): readonly PollSession[] {
    return this.#sessions;
  }

  /** The topic was deleted: what was read of it says nothing of another one of that name. */
  forget(topic: string): void {
    this.#sessions = this.#sessions.filter((session) => session.topic !== topic);
  }
}
