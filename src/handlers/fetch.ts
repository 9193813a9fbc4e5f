/**
 * Fetch: reads each partition below its high watermark (read_committed: its last stable offset), waits until there is
 * enough or time is over, answers.
 *
 * ```
 *  session ─▶ targets ─▶ read in order, within max bytes ─▶ enough? ─▶ answer
 *                              ▲                            └─ no ─▶ park: watch all partitions, timer ─┐
 *                              └──────────────── something moved, or time is over ◀───────────────────┘
 * ```
 *
 * KIP-74: each read is bounded by the partition's and the request's limit, but the first partition that has anything
 * gives its first batch whatever its size.
 */
import { byteCount, millis } from '../../raft/index.ts';
import type { DivergedRead, Partition, PartitionRead, PartitionRefusal } from '../partition/index.ts';
import { apiHandler, respond } from '../server/index.ts';
import type { ApiHandler, HandlerResult, RequestContext } from '../server/index.ts';
import { API_TABLE, errorCode } from '../wire/index.ts';
import type { FetchRequest, FetchResponse } from '../wire/index.ts';
import { findPartition, findTopic } from './broker-view.ts';
import type { BrokerView, FoundPartition } from './broker-view.ts';
import { currentLeader, leaderEndpoints } from './current-leader.ts';
import type { CurrentLeader } from './current-leader.ts';
import { IdleRead } from './fetch-target.ts';
import type { FetchedPartition, FetchOutcome, FetchTarget } from './fetch-target.ts';
import type { FetchSessions, OpenSession } from './fetch-session.ts';
import { isolationOf } from './isolation.ts';
import { preferredReplica } from './preferred-replica.ts';
import type { ReplicaSelector } from './preferred-replica.ts';
import { refusalCode } from './refusal-code.ts';

type Result = HandlerResult<FetchResponse>;

export interface FetchLimits {
  /** Kafka: fetch.max.bytes of the broker. */
  readonly fetchBytesMax: number;
  /** What an answer should keep to because of the answers that wait in this node's memory. */
  readonly bytesLeft: () => number;
  /** Default: `leader`. */
  readonly selector?: ReplicaSelector;
}

/**
 * Clients of this version and later know that followers serve, too (KIP-392). None comes to one that has not named its rack, so
 * who has not, and speaks to a leader that is none any more, is told so.
 */
const ANY_REPLICA_SINCE = 11;

type Read = PartitionRead | DivergedRead | PartitionRefusal;

/** A partition of which this node hosts a replica. */
interface HostedPartition extends FoundPartition {
  readonly hosted: Partition;
}

interface Fetching {
  readonly broker: BrokerView;
  readonly request: FetchRequest;
  readonly version: number;
  readonly targets: readonly FetchTarget[];
  readonly bytesMax: number;
  readonly limits: FetchLimits;
  /** Rack of a consumer that may be sent to another replica; null: it is served here. */
  readonly rack: string | null;
}

function failedResponse(target: FetchTarget, code: number, leader: CurrentLeader | null): FetchOutcome {
  const leaderField = leader === null ? {} : { currentLeader: leader };
  const response = {
    partitionIndex: target.index,
    errorCode: code,
    highWatermark: -1,
    abortedTransactions: null,
    records: [],
    ...leaderField,
  };
  return { target, response, bytes: 0, urgent: true };
}

function lookUp(fetching: Fetching, target: FetchTarget): HostedPartition | FetchOutcome {
  const byId = target.topicId !== null;
  const topic = findTopic(fetching.broker, target.name ?? '', target.topicId ?? '', byId);
  const found = findPartition(fetching.broker, topic, target.index);
  if (found === null) {
    const unknown = byId && topic === null ? 'UNKNOWN_TOPIC_ID' : 'UNKNOWN_TOPIC_OR_PARTITION';
    return failedResponse(target, errorCode(unknown), null);
  }
  const { hosted } = found;
  if (hosted === null) return failedResponse(target, errorCode('NOT_LEADER_OR_FOLLOWER'), currentLeader(found.record));
  return { ...found, hosted };
}

function outcomeOf(fetching: Fetching, target: FetchTarget, found: FoundPartition, read: Read): FetchOutcome {
  if (read.kind !== 'read' && read.kind !== 'diverged') {
    // Kafka knows KAFKA_STORAGE_ERROR in Fetch from v6 on; older clients are told to look for another leader.
    const code =
      read.kind === 'storage' && fetching.version <= 5 ? errorCode('NOT_LEADER_OR_FOLLOWER') : refusalCode(read);
    const leads = read.kind === 'not-leader' || read.kind === 'stale-term';
    return failedResponse(target, code, leads ? currentLeader(found.record) : null);
  }
  const { highWatermark, lastStableOffset, logStart } = read;
  const common = {
    partitionIndex: target.index,
    errorCode: 0,
    highWatermark,
    lastStableOffset: lastStableOffset ?? -1,
    logStartOffset: logStart,
  };
  if (read.kind === 'diverged') {
    const divergingEpoch = { epoch: read.term, endOffset: read.end };
    const response = { ...common, abortedTransactions: null, divergingEpoch, records: [] };
    return { target, response, bytes: 0, urgent: true };
  }
  const { run, aborted } = read;
  const response = { ...common, abortedTransactions: aborted, records: run?.buffers ?? [] };
  return { target, response, bytes: run?.bytes ?? 0, urgent: false };
}

/**
 * One round: reads all targets in order, but for those of which it is known that nothing is there. What lies in memory is
 * read without leaving the turn.
 */
async function readAll(fetching: Fetching): Promise<readonly FetchOutcome[]> {
  const { isolationLevel } = fetching.request;
  const outcomes: FetchOutcome[] = [];
  let left = Math.min(fetching.bytesMax, fetching.limits.bytesLeft());
  let some = false;
  for (const target of fetching.targets) {
    if (target.idle?.stands(isolationLevel) === true) {
      outcomes.push(target.idle.outcome);
      continue;
    }
    target.idle = null;
    const found = lookUp(fetching, target);
    if ('response' in found) {
      outcomes.push(found);
      continue;
    }
    const { hosted } = found;
    const elsewhere = fetching.rack === null ? null : redirected(fetching, target, found, fetching.rack);
    if (elsewhere !== null) {
      outcomes.push(elsewhere);
      continue;
    }
    const bytesMax = byteCount(Math.max(0, Math.min(left, target.bytesMax)));
    const started = readOne(fetching, hosted, target, bytesMax, !some);
    const read = started instanceof Promise ? await started : started;
    const outcome = outcomeOf(fetching, target, found, read);
    some ||= outcome.bytes > 0;
    left -= outcome.bytes;
    outcomes.push(outcome);
    const nothing = read.kind === 'read' && read.run === null && target.fetchOffset >= read.end;
    if (nothing) target.idle = new IdleRead(hosted, outcome, isolationLevel);
  }
  return outcomes;
}

/** The answer that sends a consumer to a replica in its rack; null: this node serves it, or refuses. */
function redirected(
  fetching: Fetching,
  target: FetchTarget,
  found: HostedPartition,
  rack: string,
): FetchOutcome | null {
  const { hosted } = found;
  if (hosted.leading === null || hosted.refuseRead(target.term) !== null) return null;
  if (target.fetchOffset < hosted.logStart || target.fetchOffset > hosted.highWatermark) return null;
  const preferredReadReplica = preferredReplica(fetching.broker, found, rack);
  if (preferredReadReplica === null) return null;
  const response = {
    partitionIndex: target.index,
    errorCode: 0,
    highWatermark: hosted.highWatermark,
    lastStableOffset: hosted.lastStableOffset() ?? -1,
    logStartOffset: hosted.logStart,
    abortedTransactions: null,
    preferredReadReplica,
    records: [],
  };
  return { target, response, bytes: 0, urgent: true };
}

function readOne(
  { version, request }: Fetching,
  partition: Partition,
  target: FetchTarget,
  bytesMax: ReturnType<typeof byteCount>,
  atLeastOne: boolean,
): Read | Promise<Read> {
  const { term, lastFetchedTerm } = target;
  const isolation = isolationOf(request.isolationLevel);
  const view = { term, lastFetchedTerm, isolation, anyReplica: version >= ANY_REPLICA_SINCE && request.rackId !== '' };
  const read = partition.read(target.fetchOffset, bytesMax, atLeastOne, view);
  // The log reports its own failure; the client is told that this replica's storage is gone.
  return read instanceof Promise
    ? read.catch((error: unknown) => ({ kind: 'storage' as const, reason: String(error) }))
    : read;
}

/**
 * Waits until something moves in one of the partitions, the time is over, or the client has gone. Several moves in one
 * turn are one piece of news.
 */
function waitForNews(fetching: Fetching, waitMs: number, context: RequestContext): Promise<'news' | 'time' | 'gone'> {
  const { clock } = fetching.broker;
  const watched = new Set<Partition>();
  for (const target of fetching.targets) {
    // One moved while another was read from disk.
    if (target.idle?.stands(fetching.request.isolationLevel) === false) return Promise.resolve('news');
    const found = target.idle ?? lookUp(fetching, target);
    if ('partition' in found) watched.add(found.partition);
    else if ('hosted' in found) watched.add(found.hosted);
  }
  return new Promise((resolve) => {
    const unwatch = (): void => {
      for (const partition of watched) partition.unwatch(onNews);
    };
    const finish = (reason: 'news' | 'time' | 'gone'): void => {
      timer.cancel();
      takeBack?.();
      unwatch();
      resolve(reason);
    };
    const onNews = (): void => {
      unwatch();
      clock.defer(() => finish('news'));
    };
    const timer = clock.setTimer(millis(waitMs), () => finish('time'));
    let takeBack: (() => void) | null = null;
    for (const partition of watched) partition.watch(onNews);
    takeBack = context.onGone(() => finish('gone'));
  });
}

function answer(fetching: Fetching, session: OpenSession | null, outcomes: readonly FetchOutcome[]): Result {
  const told = outcomes.filter(({ target, response, bytes, urgent }) => {
    if (session === null) return true;
    if (target.idle?.told === true && !session.full) return false;
    if (target.idle !== null) target.idle.told = true;
    const state =
      response.errorCode === 0
        ? { highWatermark: response.highWatermark, logStart: response.logStartOffset ?? -1 }
        : null;
    return session.tells(target, state, bytes > 0 ? 'records' : urgent ? 'urgent' : 'nothing');
  });
  const responses: { topic: string; topicId: string; partitions: FetchedPartition[] }[] = [];
  for (const { target, response } of told) {
    const last = responses.at(-1);
    const same =
      last !== undefined && (target.topicId === null ? last.topic === target.name : last.topicId === target.topicId);
    if (same) last.partitions.push(response);
    else responses.push({ topic: target.name ?? '', topicId: target.topicId ?? ZERO_ID, partitions: [response] });
  }
  const leaders = told.flatMap(({ response }) =>
    response.currentLeader === undefined ? [] : [response.currentLeader as CurrentLeader],
  );
  return respond({
    errorCode: 0,
    sessionId: session?.id ?? 0,
    responses,
    nodeEndpoints: leaderEndpoints(fetching.broker.image(), leaders),
  });
}

/** The zero UUID: the topic is named, not identified. */
const ZERO_ID = 'AAAAAAAAAAAAAAAAAAAAAA';

async function fetchUntilEnough(
  fetching: Fetching,
  session: OpenSession | null,
  context: RequestContext,
): Promise<Result> {
  const { request, broker } = fetching;
  const enough = Math.min(request.minBytes, fetching.bytesMax);
  const deadline = broker.clock.now() + Math.max(0, request.maxWaitMs);
  for (;;) {
    const outcomes = await readAll(fetching);
    const bytes = outcomes.reduce((sum, outcome) => sum + outcome.bytes, 0);
    const left = deadline - broker.clock.now();
    const done =
      bytes >= Math.min(enough, fetching.limits.bytesLeft()) ||
      left <= 0 ||
      outcomes.length === 0 ||
      outcomes.some(({ urgent }) => urgent);
    if (done) return answer(fetching, session, outcomes);
    const woken = await waitForNews(fetching, left, context);
    if (woken === 'gone') return { kind: 'none' };
  }
}

export function fetchHandler(broker: BrokerView, sessions: FetchSessions, limits: FetchLimits): ApiHandler {
  return apiHandler(API_TABLE.fetch, (request: FetchRequest, context: RequestContext): Result | Promise<Result> => {
    const start = sessions.begin(request, context.version >= 13, broker.clock.now());
    switch (start.kind) {
      case 'unknown-session':
        return respond({ errorCode: errorCode('FETCH_SESSION_ID_NOT_FOUND'), responses: [] });
      case 'wrong-epoch':
        return respond({ errorCode: errorCode('INVALID_FETCH_SESSION_EPOCH'), responses: [] });
      case 'ids-and-names-mixed':
        return respond({ errorCode: errorCode('FETCH_SESSION_TOPIC_ID_ERROR'), responses: [] });
      case 'targets': {
        const bytesMax = Math.max(0, Math.min(request.maxBytes, limits.fetchBytesMax));
        const { version } = context;
        const mayGo = limits.selector === 'rack-aware' && version >= ANY_REPLICA_SINCE && request.rackId !== '';
        const rack = mayGo ? request.rackId : null;
        const fetching = { broker, request, version, targets: start.targets, bytesMax, limits, rack };
        return fetchUntilEnough(fetching, start.session, context);
      }
    }
  });
}
