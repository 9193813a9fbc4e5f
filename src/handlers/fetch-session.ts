/**
 * Fetch sessions (KIP-227): the broker remembers which partitions a client fetches and what it told it, so that requests
 * name only changes and answers only news.
 *
 * | request (id, epoch) | meaning                                             |
 * |---------------------|-----------------------------------------------------|
 * | (0, 0), (n, 0)      | full fetch; opens a session (closing n)              |
 * | (0, -1), (n, -1)    | full fetch without a session (closing n)             |
 * | (n, e)              | incremental; e must be the expected one, wraps to 1  |
 *
 * The number of sessions is bounded; when full, the one used longest ago makes room. Answering session id 0 is
 * always legal and means "no session".
 */
import type { Random } from '../../raft/index.ts';
import type { FetchRequest } from '../wire/index.ts';

/** One partition as a client wants it. */
export interface FetchTarget {
  /** Null when the client names topics by id. */
  readonly name: string | null;
  /** Null when the client names topics by name. */
  readonly topicId: string | null;
  readonly index: number;
  readonly fetchOffset: number;
  /** Wire: current_leader_epoch and last_fetched_epoch; null when -1. */
  readonly term: number | null;
  readonly lastFetchedTerm: number | null;
  readonly bytesMax: number;
}

/** What the client was last told of a partition; null: nothing, or an error, so that the next answer includes it. */
interface Told {
  readonly highWatermark: number;
  readonly logStart: number;
}

interface Session {
  readonly id: number;
  readonly byId: boolean;
  nextEpoch: number;
  readonly targets: Map<string, FetchTarget>;
  readonly told: Map<string, Told>;
}

export type SessionStart =
  | { readonly kind: 'targets'; readonly targets: readonly FetchTarget[]; readonly session: OpenSession | null }
  | { readonly kind: 'unknown-session' }
  | { readonly kind: 'wrong-epoch' }
  | { readonly kind: 'ids-and-names-mixed' };

/** A session as one request uses it. */
export interface OpenSession {
  readonly id: number;
  /** Full fetches name all partitions in the answer. */
  readonly full: boolean;
  /** Whether an incremental answer has to name the partition; notes what it was told. `news`: records, an error, a divergence. */
  tells(target: FetchTarget, told: Told | null, news: boolean): boolean;
}

const EPOCH_LIMIT = 2 ** 31;

export function targetKey(target: { readonly name: string | null; readonly topicId: string | null; readonly index: number }): string {
  return `${target.topicId ?? target.name}/${target.index}`;
}

function targetsOf(request: FetchRequest, byId: boolean): readonly FetchTarget[] {
  return request.topics.flatMap(({ topic, topicId, partitions }) =>
    partitions.map((partition) => ({
      name: byId ? null : topic,
      topicId: byId ? topicId : null,
      index: partition.partition,
      fetchOffset: partition.fetchOffset,
      term: partition.currentLeaderEpoch < 0 ? null : partition.currentLeaderEpoch,
      lastFetchedTerm: partition.lastFetchedEpoch < 0 ? null : partition.lastFetchedEpoch,
      bytesMax: partition.partitionMaxBytes,
    })),
  );
}

export class FetchSessions {
  /** In order of use, oldest first. */
  readonly #sessions = new Map<number, Session>();
  readonly #sessionsMax: number;
  readonly #random: Random;

  constructor(sessionsMax: number, random: Random) {
    this.#sessionsMax = sessionsMax;
    this.#random = random;
  }

  get size(): number {
    return this.#sessions.size;
  }

  /** What to fetch for `request`. `byId`: the version names topics by id. */
  begin(request: FetchRequest, byId: boolean): SessionStart {
    const { sessionId, sessionEpoch } = request;
    if (sessionEpoch <= 0) {
      this.#sessions.delete(sessionId);
      const targets = targetsOf(request, byId);
      if (sessionEpoch < 0 || this.#sessionsMax === 0) return { kind: 'targets', targets, session: null };
      return { kind: 'targets', targets, session: this.#use(this.#open(targets, byId), true) };
    }
    const session = this.#sessions.get(sessionId);
    if (session === undefined) return { kind: 'unknown-session' };
    if (session.byId !== byId) return { kind: 'ids-and-names-mixed' };
    if (session.nextEpoch !== sessionEpoch) return { kind: 'wrong-epoch' };
    session.nextEpoch = sessionEpoch + 1 === EPOCH_LIMIT ? 1 : sessionEpoch + 1;
    for (const target of targetsOf(request, byId)) session.targets.set(targetKey(target), target);
    for (const { topic, topicId, partitions } of request.forgottenTopicsData) {
      for (const index of partitions) {
        const key = targetKey({ name: byId ? null : topic, topicId: byId ? topicId : null, index });
        session.targets.delete(key);
        session.told.delete(key);
      }
    }
    this.#sessions.delete(session.id);
    this.#sessions.set(session.id, session);
    return { kind: 'targets', targets: [...session.targets.values()], session: this.#use(session, false) };
  }

  #open(targets: readonly FetchTarget[], byId: boolean): Session {
    let id = 0;
    while (id === 0 || this.#sessions.has(id)) id = this.#random.below(EPOCH_LIMIT - 1) + 1;
    const session: Session = {
      id,
      byId,
      nextEpoch: 1,
      targets: new Map(targets.map((target) => [targetKey(target), target])),
      told: new Map(),
    };
    this.#sessions.set(id, session);
    for (const oldest of this.#sessions.keys()) {
      if (this.#sessions.size <= this.#sessionsMax) break;
      this.#sessions.delete(oldest);
    }
    return session;
  }

  #use(session: Session, full: boolean): OpenSession {
    return {
      id: session.id,
      full,
      tells: (target, told, news) => {
        const key = targetKey(target);
        const before = session.told.get(key);
        if (told === null) session.told.delete(key);
        else session.told.set(key, told);
        const changed = told === null || before?.highWatermark !== told.highWatermark || before.logStart !== told.logStart;
        return full || news || changed;
      },
    };
  }
}
