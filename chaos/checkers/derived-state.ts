/**
 * P9: what a replica keeps beside its log is what a replay of the log gives.
 *
 * ```
 *  batches, read from start to end ─▶ terms · producers · where each offset lies    =    what the replica answers from
 * ```
 */
import { byteCount, offset as toOffset } from '../../raft/index.ts';
import type { CoreState } from '../../raft/index.ts';
import type { Partition } from '../../src/partition/index.ts';
import type { Replica } from '../../src/replica/index.ts';
import type { ReplicaLog } from '../../storage/index.ts';
import { DiskLog } from '../../storage/log/disk-log.ts';
import { violated } from '../workload/history.ts';
import type { LoggedBatch, WholeLog } from './replica-log.ts';

/** Offsets per log that are looked up through its indexes. */
const LOOKUPS = 8;
/** Batches of a producer that a replica must know; see `src/partition/producer-state.ts`. */
const WINDOW = 5;
const ONE = byteCount(1);

/** The core's index of terms names the term of each batch. */
export function judgeTerms(where: string, core: Pick<CoreState, 'log'>, { batches }: WholeLog): void {
  const { terms, startTerm } = core.log;
  let at = 0;
  for (const { base, term } of batches) {
    for (let next = terms[at]; next !== undefined && next.start <= base; next = terms[at]) at += 1;
    const known = terms[at - 1]?.term ?? startTerm;
    if (known !== term)
      violated('P9', `${where}: the batch at ${base} is of term ${term}, the index of terms says ${known}`);
  }
}

/**
 * What the log would recover with has the same newest term as what the core decides by. Judged where both are as far: a core's step
 * is carried out in the same event.
 */
export function judgeNewestTerm(where: string, { core, log }: Pick<Replica, 'core' | 'log'>): void {
  if (!(log instanceof DiskLog)) return;
  const { terms, logStart, logEnd } = log.facts;
  if (logEnd !== core.log.end || logStart !== core.log.start) return;
  const kept = terms.at(-1) ?? null;
  const known = core.log.terms.at(-1) ?? null;
  // Below the log start each says it in its own way.
  if ((kept?.start ?? 0) <= logStart && (known?.start ?? 0) <= logStart) return;
  if (kept?.term === known?.term && kept?.start === known?.start) return;
  const text = (entry: typeof kept): string => (entry === null ? 'nothing' : `term ${entry.term} from ${entry.start}`);
  violated('P9', `${where}: the log on disk ends with ${text(kept)}, the replica knows ${text(known)}`);
}

/** One producer as a replica describes it: id, epoch, and its newest batches as `[base, end)` with their first sequences. */
export interface KnownProducer {
  readonly id: number;
  readonly epoch: number;
  readonly batches: readonly { readonly base: number; readonly end: number; readonly firstSequence: number }[];
  /** First offset of its open transaction; null: none is open. */
  readonly openFrom: number | null;
  /** Of the coordinator whose marker came last; null: none has. */
  readonly coordinatorTerm: number | null;
}

/**
 * The replica knows each producer's newest batches; of those that are in the log it knows no others.
 *
 * @param compacted but the newest, batches that it knows may be gone
 */
export function judgeKnownProducers(
  where: string,
  known: readonly KnownProducer[],
  log: WholeLog,
  compacted = false,
): void {
  const replayed = new Map<number, { readonly epoch: number; readonly batches: LoggedBatch[] }>();
  for (const batch of log.batches) {
    const { producer } = batch;
    if (producer === null) continue;
    // Markers, and what coordinators write inside transactions, have no sequence: they are known by their epoch.
    const sequenced = producer.sequence === null ? [] : [batch];
    const before = replayed.get(producer.id);
    if (before?.epoch === producer.epoch) before.batches.push(...sequenced);
    else replayed.set(producer.id, { epoch: producer.epoch, batches: sequenced });
  }
  const text = (batches: readonly { readonly base: number; readonly end: number }[]): string =>
    batches
      .slice(-WINDOW)
      .filter(({ base }) => base >= log.start)
      .map(({ base, end }) => `[${base},${end})`)
      .join(' ');
  const byId = new Map(known.map((producer) => [producer.id, compacted ? stillThere(producer, log) : producer]));
  for (const [id, { epoch, batches }] of replayed) {
    const its = byId.get(id);
    // What is left of the newest batches may be fewer than it has known, and older ones be there as well.
    const oldest = compacted ? (its?.batches[0]?.base ?? 0) : 0;
    const [says, is] = [
      its === undefined ? 'nothing' : `${its.epoch}: ${text(its.batches)}`,
      `${epoch}: ${text(batches.filter(({ base }) => base >= oldest))}`,
    ];
    if (says !== is) violated('P9', `${where}: of producer ${id} the log holds ${is}, the replica knows ${says}`);
  }
  for (const { id, batches } of known)
    if (!replayed.has(id) && batches.some(({ base }) => base >= log.start))
      violated('P9', `${where}: the replica knows ${text(batches)} of producer ${id}, the log holds nothing of it`);
}

/** Without those of its batches, but the newest, that compaction has taken out of the log. */
function stillThere(producer: KnownProducer, log: WholeLog): KnownProducer {
  const bases = new Set(log.batches.map(({ base }) => base));
  const newest = producer.batches.at(-1);
  return { ...producer, batches: producer.batches.filter((batch) => batch === newest || bases.has(batch.base)) };
}

interface Ended {
  readonly openFrom: number | null;
  readonly coordinatorTerm: number | null;
}

/** Open transactions, and whose markers came last, are what a log that begins at 0 and was never compacted says. */
export function judgeKnownTransactions(where: string, known: readonly KnownProducer[], log: WholeLog): void {
  const replayed = new Map<number, Ended>();
  for (const { base, producer } of log.batches) {
    if (producer === null) continue;
    const before = replayed.get(producer.id) ?? { openFrom: null, coordinatorTerm: null };
    const { marker, transactional, id } = producer;
    if (marker !== null) replayed.set(id, { openFrom: null, coordinatorTerm: marker.coordinatorTerm });
    else replayed.set(id, { ...before, openFrom: before.openFrom ?? (transactional ? base : null) });
  }
  const text = ({ openFrom, coordinatorTerm }: Ended): string =>
    `${openFrom === null ? 'nothing open' : `open from ${openFrom}`}, ended last by a coordinator of term ${coordinatorTerm}`;
  for (const producer of known) {
    const is = replayed.get(producer.id);
    if (is !== undefined && text(is) !== text(producer))
      violated('P9', `${where}: of producer ${producer.id} the log says ${text(is)}, the replica ${text(producer)}`);
  }
}

/** What the partition knows of producers; null while it does not say. */
export function knownProducers({ producers }: Partition): readonly KnownProducer[] | null {
  if (!producers.ready || producers.failed) return null;
  return producers.state.describe().map(({ producerId, producerEpoch, batches, openFrom, coordinatorTerm }) => ({
    id: producerId,
    epoch: producerEpoch,
    batches,
    openFrom,
    coordinatorTerm,
  }));
}

/**
 * A read from the middle of a batch begins with that batch, wherever the indexes lead. The world must run.
 *
 * @param isSame whether the files are still those that the batches were read from
 */
export async function judgeIndexes(
  where: string,
  log: Pick<ReplicaLog, 'read'>,
  { batches, end }: WholeLog,
  isSame: () => boolean = () => true,
): Promise<void> {
  const step = Math.max(1, Math.floor(batches.length / LOOKUPS));
  for (let at = 0; at < batches.length; at += step) {
    const batch = batches[at];
    if (batch === undefined) continue;
    const offset = Math.floor((batch.base + batch.end - 1) / 2);
    const run = await log.read(toOffset(offset), { end: toOffset(end), bytesMax: ONE, atLeastOne: true });
    const [first] = run.positions;
    run.release();
    if (!isSame()) return;
    if (first?.base !== batch.base || first.end !== batch.end || first.term !== batch.term)
      violated(
        'P9',
        `${where}: a read from ${offset} begins with [${first?.base},${first?.end}), there is [${batch.base},${batch.end})`,
      );
  }
}
