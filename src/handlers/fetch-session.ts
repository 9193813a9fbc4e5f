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
 * Sessions and their partitions are bounded. When all slots are taken, a session that was not used for two minutes
 * makes room (Kafka: min.incremental.fetch.session.eviction.ms); else the newcomer gets none, or a few clients too many
 * would throw out each other's sessions all the time. Answering session id 0 is always legal and means "no session".
 *
 * A partition that gave records goes to the end of the line, so that those behind it get their share of `max_bytes`.
 */
import type { Random } from '../../raft/index.ts';
import type { FetchRequest } from '../wire/index.ts';
import type { FetchTarget } from './fetch-target.ts';

/** What the client was last told of a partition; absent: nothing, or an error, so that the next answer includes it. */
interface Told {
  readonly highWatermark: number;
  readonly logStart: number;
}

interface Session {
  readonly id: number;
  readonly byId: boolean;
  nextEpoch: number;
  usedAt: number;
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
  /** Whether an incremental answer has to name the partition; notes what it was told. `urgent`: an error or a divergence. */
  tells(target: FetchTarget, told: Told | null, news: 'records' | 'urgent' | 'nothing'): boolean;
}

const EPOCH_LIMIT = 2 ** 31;
/** Monotonic milliseconds without use after which a session may be thrown out. */
const UNUSED_MS = 120_000;
/** Partitions of one session; a client that wants more gets none. */
const TARGETS_MAX = 100_000;

/** Epoch of the request after this one: from 2^31-1 it goes to 1, since 0 means a full fetch. */
export function nextEpochOf(epoch: number): number {
  return epoch + 1 === EPOCH_LIMIT ? 1 : epoch + 1;
}

export function targetKey(target: {
  readonly name: string | null;
  readonly topicId: string | null;
  readonly index: number;
}): string {
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
      idle: null,
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

  /** What to fetch for `request`. `byId`: the version names topics by id. `now`: monotonic milliseconds. */
  begin(request: FetchRequest, byId: boolean, now: number): SessionStart {
    const { sessionId, sessionEpoch } = request;
    if (sessionEpoch <= 0) {
      this.#sessions.delete(sessionId);
      const targets = targetsOf(request, byId);
      const session = sessionEpoch < 0 ? null : this.#open(targets, byId, now);
      return { kind: 'targets', targets, session: session === null ? null : this.#use(session, true) };
    }
    const session = this.#sessions.get(sessionId);
    if (session === undefined) return { kind: 'unknown-session' };
    if (session.byId !== byId) return { kind: 'ids-and-names-mixed' };
    if (session.nextEpoch !== sessionEpoch) return { kind: 'wrong-epoch' };
    session.nextEpoch = nextEpochOf(sessionEpoch);
    session.usedAt = now;
    for (const target of targetsOf(request, byId)) session.targets.set(targetKey(target), target);
    for (const { topic, topicId, partitions } of request.forgottenTopicsData) {
      for (const index of partitions) {
        const key = targetKey({ name: byId ? null : topic, topicId: byId ? topicId : null, index });
        session.targets.delete(key);
        session.told.delete(key);
      }
    }
    this.#sessions.delete(session.id);
    if (session.targets.size > TARGETS_MAX) return { kind: 'unknown-session' };
    this.#sessions.set(session.id, session);
    return { kind: 'targets', targets: [...session.targets.values()], session: this.#use(session, false) };
  }

  /** Null when there is no room for one. */
  #open(targets: readonly FetchTarget[], byId: boolean, now: number): Session | null {
    if (targets.length > TARGETS_MAX || !this.#makeRoom(now)) return null;
    let id = 0;
    while (id === 0 || this.#sessions.has(id)) id = this.#random.below(EPOCH_LIMIT - 1) + 1;
    const session: Session = {
      id,
      byId,
      nextEpoch: 1,
      usedAt: now,
      targets: new Map(targets.map((target) => [targetKey(target), target])),
      told: new Map(),
    };
    this.#sessions.set(id, session);
    return session;
  }

  #makeRoom(now: number): boolean {
    if (this.#sessions.size < this.#sessionsMax) return true;
    const [oldest] = this.#sessions.values();
    if (oldest === undefined || now - oldest.usedAt < UNUSED_MS) return false;
    return this.#sessions.delete(oldest.id);
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
        const changed =
          told === null || before?.highWatermark !== told.highWatermark || before.logStart !== told.logStart;
        if (news === 'records' && session.targets.get(key) === target) {
          session.targets.delete(key);
          session.targets.set(key, target);
        }
        return full || news !== 'nothing' || changed;
      },
    };
  }
}
