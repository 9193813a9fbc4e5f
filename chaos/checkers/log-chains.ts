/**
 * Every batch that any replica takes in, compared with what others hold at the same place in the same term; each with a sum over
 * all that lies before it.
 *
 * ```
 *  node 1   [0,2)/1 ── [2,3)/1 ── [3,6)/2          sum of a batch = mix(sum of the one before it, its offsets, term and CRC)
 *  node 2   [0,2)/1 ── [2,3)/1 ── [3,6)/2          same term and offset ⇒ same batch, same sum
 * ```
 *   R3  a leader's log only grows in its term         P6  a batch carries the term of who leads when it is written
 *   R4 P4  equal offset and term ⇒ equal batch and equal prefix (the state of logs that Raft calls log matching); of compacted logs:
 *          ⇒ equal end
 *
 * A batch is read from the log's memory right after the event that brought it, so no disk is asked. What a replica recovers at a
 * start is taken for what it held; whole logs are compared at the end (`judgeLog`).
 */
import { byteCount, offset as toOffset, termBefore } from '../../raft/index.ts';
import type { CoreState } from '../../raft/index.ts';
import type { Replica } from '../../src/replica/index.ts';
import type { BatchRun } from '../../storage/index.ts';
import { violated } from '../workload/history.ts';
import type { FindReplica } from './find-replica.ts';
import type { LoggedBatch } from './replica-log.ts';

/** What `note` needs of a replica. */
export type ChainedReplica = Pick<Replica, 'core' | 'log' | 'group' | 'leads' | 'term'>;

/** A batch of one term, as it was first seen. */
interface Batch {
  readonly base: number;
  readonly end: number;
  readonly term: number;
  readonly crc: number;
  /** Null: what lies before it is not known. */
  sum: number | null;
  /** Node that it was first seen on. */
  readonly node: number;
}

interface TermBatches {
  readonly byBase: Map<number, Batch>;
  readonly sumAtEnd: Map<number, number>;
}

/** What one replica was seen to hold since it began. */
interface Chain {
  /** Where the first of `links` begins. */
  start: number;
  /** Sum of all before `start`; null: unknown. */
  startSum: number | null;
  /** Term of what lies before `start`; null: nothing, or not known. */
  startTerm: number | null;
  links: { readonly base: number; readonly end: number; readonly term: number; readonly sum: number | null }[];
  ledTerm: number | null;
}

const CRC_AT = 17;
const CHUNK = byteCount(64 << 20);

export class LogChains {
  /** Running replicas of a group, by node. */
  readonly #find: (group: string) => FindReplica;
  readonly #numbers: () => readonly number[];
  readonly #groups = new Map<string, Map<number, TermBatches>>();
  readonly #chains = new WeakMap<object, Chain>();
  /** Batches compared with the same one elsewhere. */
  compared = 0;

  constructor(find: (group: string) => FindReplica, numbers: () => readonly number[]) {
    this.#find = find;
    this.#numbers = numbers;
  }

  /** The replica's log, term or role has changed. */
  note(name: string, replica: ChainedReplica): void {
    const { core, group } = replica;
    const chain = this.#chains.get(replica) ?? this.#begin(replica);
    const ledTerm = replica.leads ? replica.term : null;
    const leading = ledTerm !== null && chain.ledTerm === ledTerm ? ledTerm : null;
    chain.ledTerm = ledTerm;
    const before = endOf(chain);
    while (isCut(chain, core)) chain.links.pop();
    if (core.log.start > endOf(chain)) this.#restart(group, chain, core, core.log.start);
    else if (chain.links.length === 0 && isOther(chain, core)) this.#restart(group, chain, core, core.log.end);
    const end = endOf(chain);
    if (leading !== null && end < before)
      violated(
        'R3',
        `node ${core.config.self.node} leads ${name} in term ${leading}, and cuts its own log from ${before} to ${end}`,
      );
    if (end < core.log.end) this.#take(name, replica, chain, leading);
  }

  /** The whole log of a replica, read when everything is over. Compacted ones may hold less in each batch than was written. */
  judgeLog(where: string, group: string, batches: readonly LoggedBatch[], compacted = false): void {
    const terms = this.#groups.get(group);
    for (const { base, end, term, crc } of batches) {
      const known = terms?.get(term)?.byBase.get(base);
      if (known !== undefined && ((known.crc !== crc && !compacted) || known.end !== end))
        violated('R4', `${where}: [${base},${end}) of term ${term} is not what node ${known.node} held there`);
    }
  }

  #begin(replica: ChainedReplica): Chain {
    const chain: Chain = { start: 0, startSum: null, startTerm: null, links: [], ledTerm: null };
    this.#restart(replica.group, chain, replica.core, replica.core.log.end);
    this.#chains.set(replica, chain);
    return chain;
  }

  /** What lies before `start` is taken for what it held. */
  #restart(group: string, chain: Chain, core: CoreState, start: number): void {
    chain.links = [];
    chain.start = start;
    chain.startTerm = termOf(core, start);
    chain.startSum = this.#sumBefore(group, start, chain.startTerm);
  }

  #sumBefore(group: string, end: number, term: number | null): number | null {
    if (end === 0) return 0;
    return term === null ? null : (this.#groups.get(group)?.get(term)?.sumAtEnd.get(end) ?? null);
  }

  #take(name: string, replica: ChainedReplica, chain: Chain, leading: number | null): void {
    const { core, log } = replica;
    for (let from = endOf(chain); from < core.log.end; from = endOf(chain)) {
      const run = log.read(toOffset(from), { end: core.log.end, bytesMax: CHUNK, atLeastOne: true });
      if (run instanceof Promise) {
        // Not in memory any more: what comes next is compared again.
        run.then(
          ({ release }) => release(),
          () => undefined,
        );
        this.#restart(replica.group, chain, core, core.log.end);
        return;
      }
      for (const batch of crcsOf(run)) this.#link(name, replica, chain, batch, leading);
      const isEmpty = run.positions.length === 0;
      run.release();
      if (isEmpty) return;
    }
  }

  #link(
    name: string,
    replica: ChainedReplica,
    chain: Chain,
    { base, end, term, crc }: Pick<Batch, 'base' | 'end' | 'term' | 'crc'>,
    leading: number | null,
  ): void {
    const { node } = replica.core.config.self;
    if (leading !== null && term !== leading)
      violated('P6', `node ${node} leads ${name} in term ${leading}, and writes [${base},${end}) in term ${term}`);
    const last = chain.links.at(-1);
    // Behind what its leader had compacted away nothing is known of what lies before.
    const isBehindHole = base !== endOf(chain);
    const before = isBehindHole ? null : last === undefined ? chain.startSum : last.sum;
    let sum = before === null ? null : mix(mix(mix(mix(before, base), end), term), crc);
    const batches = this.#batchesOf(replica.group, term);
    const known = batches.byBase.get(base);
    if (known === undefined) {
      if (!replica.leads || replica.term !== term) this.#judgeAuthor(name, replica, base, term);
      batches.byBase.set(base, { base, end, term, crc, sum, node });
    } else {
      // Of a leader that has compacted its log come batches with fewer records: compared when all is over.
      const isCleaned = replica.log.settings.compact && known.crc !== crc;
      if (isCleaned) sum = null;
      const its = { end, crc: isCleaned ? known.crc : crc, sum, policy: replica.core.config.policy };
      this.#compare(name, node, known, its);
      known.sum ??= sum;
      sum ??= known.sum;
    }
    if (sum !== null) batches.sumAtEnd.set(end, sum);
    chain.links.push({ base, end, term, sum });
  }

  #compare(
    name: string,
    node: number,
    known: Batch,
    { end, crc, sum, policy }: Pick<Batch, 'end' | 'crc' | 'sum'> & { readonly policy: 'isr' | 'quorum' },
  ): void {
    this.compared += 1;
    const invariant = policy === 'quorum' ? 'R4' : 'P4';
    const where = `${name}@${known.base} of term ${known.term}`;
    if (known.end !== end || known.crc !== crc)
      violated(invariant, `node ${node} and node ${known.node} hold different batches at ${where}`);
    if (sum !== null && known.sum !== null && sum !== known.sum)
      violated(
        invariant,
        `node ${node} and node ${known.node} hold the same batch at ${where}, and different ones below`,
      );
  }

  /** Nobody was seen to hold it. Then its leader does not run any more, or it is none of his. */
  #judgeAuthor(name: string, replica: ChainedReplica, base: number, term: number): void {
    const find = this.#find(replica.group);
    for (const number of this.#numbers()) {
      const other = find(number);
      if (other === null || other.core === replica.core || !other.leads || other.term !== term) continue;
      // It was on the leader's disk alone before anybody looked.
      if ((this.#chains.get(other)?.start ?? 0) > base) continue;
      violated(
        'P6',
        `node ${replica.core.config.self.node} holds a batch of term ${term} at ${name}@${base}, node ${number} leads that term and never wrote it`,
      );
    }
  }

  #batchesOf(group: string, term: number): TermBatches {
    let terms = this.#groups.get(group);
    if (terms === undefined) {
      terms = new Map();
      this.#groups.set(group, terms);
    }
    let batches = terms.get(term);
    if (batches === undefined) {
      batches = { byBase: new Map(), sumAtEnd: new Map() };
      terms.set(term, batches);
    }
    return batches;
  }
}

function endOf({ links, start }: Chain): number {
  return links.at(-1)?.end ?? start;
}

/** Of the record before `end`; null: there is none, or its term is not known any more. */
function termOf(core: CoreState, end: number): number | null {
  return end === 0 || end < core.log.start || end > core.log.end ? null : termBefore(core, toOffset(end));
}

/** The newest link is not in the log any more, or something else is in its place. */
function isCut({ links }: Chain, core: CoreState): boolean {
  const last = links.at(-1);
  if (last === undefined) return false;
  if (last.end > core.log.end) return true;
  const term = termOf(core, last.end);
  return term !== null && term !== last.term;
}

/** What lies before the chain's start was cut, too. */
function isOther({ start, startTerm }: Chain, core: CoreState): boolean {
  return start > core.log.end || (start >= core.log.start && start > 0 && termOf(core, start) !== startTerm);
}

function crcsOf(run: BatchRun): readonly Pick<Batch, 'base' | 'end' | 'term' | 'crc'>[] {
  const bytes = run.buffers.length === 1 ? run.buffers[0] : Buffer.concat(run.buffers);
  if (bytes === undefined) return [];
  let at = 0;
  return run.positions.map(({ base, end, term, bytes: size }) => {
    const from = at + CRC_AT;
    const crc = ((bytes[from] ?? 0) << 24) | ((bytes[from + 1] ?? 0) << 16) | ((bytes[from + 2] ?? 0) << 8);
    const batch = { base, end, term, crc: (crc | (bytes[from + 3] ?? 0)) >>> 0 };
    at += size;
    return batch;
  });
}

/** 52 bits that depend on all of both. */
function mix(sum: number, value: number): number {
  const high = Math.floor(sum / 2 ** 26);
  const low = sum % 2 ** 26;
  const one = Math.imul((low ^ value) + 0x7f4a7c15, 0x9e3779b1) ^ (high << 3);
  const two = Math.imul((high ^ (value >>> 7) ^ one) + 0x165667b1, 0x85ebca6b) ^ (one >>> 11);
  return ((two >>> 6) % 2 ** 26) * 2 ** 26 + ((one >>> 6) % 2 ** 26);
}
