/**
 * Rules of isr groups, one test each. Stories of several nodes are in scripts/4*.txt and 5*.txt.
 */
import { describe, expect, it } from 'vitest';
import {
  type Append,
  type Assignment,
  type Effect,
  endOfTerm,
  maximalIsr,
  millis,
  nextDue,
  nodeId,
  offset,
  statusOf,
  term,
  termBefore,
} from '../../raft/index.ts';
import { Bench, type BenchSetup, heldOf, persistOf, sentOf } from './cluster/bench.ts';
import { lifeOf } from './cluster/configs.ts';

function assignment(changes: Partial<Assignment> = {}): Assignment {
  return {
    term: term(1),
    version: 1,
    leader: { node: nodeId(1), incarnation: lifeOf(1) },
    replicas: [1, 2, 3].map((id) => ({ node: nodeId(id), incarnation: lifeOf(id) })),
    isr: [nodeId(1), nodeId(2), nodeId(3)],
    minInsyncReplicas: 2,
    unclean: false,
    ...changes,
  };
}

function assign(bench: Bench, changes: Partial<Assignment> = {}): readonly Effect[] {
  return bench.step({ kind: 'assign', assignment: assignment(changes) });
}

function isrBench(setup: BenchSetup = {}): Bench {
  return new Bench({ policy: 'isr', voters: null, ...setup });
}

/** Leader of term 1 with both followers verified. */
function leading(changes: Partial<Assignment> = {}, setup: BenchSetup = {}): Bench {
  const bench = isrBench(setup);
  assign(bench, changes);
  bench.persist();
  return bench;
}

const ids = (...list: readonly number[]) => list.map(nodeId);

function emptyAppend(of: number, changes: Partial<Append> = {}): Append {
  const base = {
    term: term(of),
    progressId: 7,
    prevOffset: offset(0),
    prevTerm: term(0),
    termStart: offset(0),
    highWatermark: offset(0),
  };
  return { kind: 'append', ...base, logStart: offset(0), round: 0, batches: [], ...changes };
}

function proposalsOf(effects: readonly Effect[]): number[][] {
  return effects.flatMap((effect) => (effect.kind === 'propose-isr' ? [effect.isr.map(({ node }) => node)] : []));
}

describe('appointment', () => {
  it('the term is opened durably before anything is sent', () => {
    const bench = isrBench({ log: [1, 1] });
    const effects = assign(bench, { term: term(3) });
    expect(persistOf(effects)).toMatchObject({ openTerm: { term: 3, start: 2 }, hardState: { term: 3 } });
    expect(sentOf(effects)).toEqual([]);
    expect(sentOf(bench.persist())).toMatchObject([{ kind: 'append', termStart: 2 }, { kind: 'append' }]);
  });

  it('only the own node in its own life leads', () => {
    const bench = isrBench();
    assign(bench, { leader: { node: nodeId(1), incarnation: lifeOf(1, 9) } });
    expect(statusOf(bench.core).role).toBe('follower');
  });

  it('an appointment below a term that was seen leads to nothing', () => {
    const bench = isrBench({ log: [1, 4] });
    assign(bench, { term: term(3) });
    expect(statusOf(bench.core)).toMatchObject({ role: 'idle', term: 4 });
  });

  it('a follower refuses appends below the term of its metadata, with that term', () => {
    const bench = isrBench();
    assign(bench, { term: term(5), leader: { node: nodeId(2), incarnation: lifeOf(2) } });
    expect(heldOf(bench.receive(3, emptyAppend(4)))).toMatchObject([{ term: 5, outcome: { kind: 'fenced' } }]);
  });

  it('an append of a higher term than metadata knows is followed at once, also by a leader', () => {
    const bench = leading();
    bench.receive(2, emptyAppend(2));
    expect(statusOf(bench.core)).toMatchObject({ role: 'follower', term: 2, leader: 2 });
  });

  it('a leader that is told of a higher floor stops', () => {
    const bench = leading();
    bench.receive(2, {
      kind: 'append-reply',
      term: term(2),
      progressId: 1,
      round: 0,
      outcome: { kind: 'fenced' },
      logEnd: offset(0),
      logStart: offset(0),
    });
    expect(bench.propose(1)).toMatchObject([{ kind: 'refused', refusal: { kind: 'not-leader', term: 2 } }]);
  });

  it('a follower tells a new appointee where its log ends, and that is no acknowledgement', () => {
    const bench = isrBench({ log: [1] });
    const effects = assign(bench, { term: term(2), leader: { node: nodeId(2), incarnation: lifeOf(2) } });
    expect(sentOf(effects)).toMatchObject([
      { kind: 'append-reply', progressId: 0, outcome: { kind: 'diverged', hint: { end: 1, term: 1 } } },
    ]);
  });
});

describe('high watermark', () => {
  it('is the least durable end over the ISR, the own included', () => {
    const bench = leading();
    bench.propose(1);
    bench.acknowledge(2);
    bench.acknowledge(3);
    expect(statusOf(bench.core).highWatermark).toBe(0);
    bench.persist();
    expect(statusOf(bench.core).highWatermark).toBe(1);
  });

  it('does not move while the ISR of metadata is below the minimum', () => {
    const bench = leading({ isr: ids(1) });
    bench.propose(1);
    bench.persist();
    bench.acknowledge(2);
    expect(maximalIsr(bench.core)).toEqual([1, 2]);
    bench.acknowledge(2);
    expect(statusOf(bench.core).highWatermark).toBe(0);
    assign(bench, { isr: ids(1, 2), version: 2 });
    expect(statusOf(bench.core).highWatermark).toBe(1);
  });

  it('never needs more in-sync replicas than there are replicas', () => {
    const bench = leading({ replicas: [{ node: nodeId(1), incarnation: lifeOf(1) }], isr: ids(1) });
    bench.propose(1);
    bench.persist();
    expect(statusOf(bench.core).highWatermark).toBe(1);
  });

  it('waits for everybody that an open proposal names', () => {
    const bench = leading({ isr: ids(1, 2) });
    bench.acknowledge(2);
    expect(proposalsOf(bench.acknowledge(3))).toEqual([[1, 2, 3]]);
    bench.propose(1);
    bench.persist();
    bench.acknowledge(2);
    expect(statusOf(bench.core).highWatermark).toBe(0);
    bench.acknowledge(3);
    expect(statusOf(bench.core).highWatermark).toBe(1);
  });

  it('an acknowledgement of a former connection does not count', () => {
    const bench = leading();
    bench.propose(1);
    bench.persist();
    bench.acknowledge(2);
    bench.acknowledge(3, offset(0));
    bench.connect(2, 2);
    bench.acknowledge(3);
    expect(statusOf(bench.core).highWatermark).toBe(0);
  });
});

describe('former lives', () => {
  it('a late answer to a former progress moves nothing', () => {
    const bench = leading({ isr: ids(1, 2) });
    const { role } = bench.core;
    const former = role.kind === 'leader' ? (role.progress.get(nodeId(2))?.progressId ?? 0) : 0;
    bench.propose(1);
    bench.persist();
    bench.connect(2, 2);
    const outcome = { kind: 'matched', verifiedEnd: offset(1) } as const;
    const ends = { logEnd: offset(1), logStart: offset(0) };
    bench.receive(2, { kind: 'append-reply', term: term(1), progressId: former, round: 0, outcome, ...ends });
    expect(statusOf(bench.core).highWatermark).toBe(0);
  });
});

describe('joining and leaving', () => {
  it('a replica joins at the high watermark and the start of the term, not before', () => {
    const bench = leading({ term: term(2), isr: ids(1, 2) }, { log: [1, 1, 1], highWatermark: 1 });
    expect(proposalsOf(bench.acknowledge(3, offset(1)))).toEqual([]);
    expect(statusOf(bench.core).peers.find(({ peer }) => peer === 3)?.why).toBe('below-term-start');
    expect(proposalsOf(bench.acknowledge(3, offset(3)))).toEqual([[1, 2, 3]]);
  });

  it('not below the high watermark, even if beyond the start of the term', () => {
    const bench = leading({ isr: ids(1, 2) });
    bench.propose(1);
    bench.propose(1);
    bench.persist();
    bench.acknowledge(2);
    expect(proposalsOf(bench.acknowledge(3, offset(1)))).toEqual([]);
    expect(statusOf(bench.core).peers.find(({ peer }) => peer === 3)?.why).toBe('below-high-watermark');
  });

  it('only in the life that metadata registered', () => {
    const bench = leading({ isr: ids(1, 2) });
    bench.connect(3, 2);
    expect(proposalsOf(bench.acknowledge(3))).toEqual([]);
    const replicas = [1, 2, 3].map((id) => ({ node: nodeId(id), incarnation: lifeOf(id, id === 3 ? 2 : 1) }));
    const effects = assign(bench, { isr: ids(1, 2), version: 2, replicas });
    expect(effects).toContainEqual(expect.objectContaining({ kind: 'propose-isr', version: 2 }));
  });

  it('who is not caught up for the lag limit leaves; an idle log makes nobody lag', () => {
    const bench = leading();
    bench.acknowledge(2);
    bench.acknowledge(3);
    bench.tick(60_000);
    expect(statusOf(bench.core).proposalOpen).toBe(false);
    bench.propose(1);
    bench.acknowledge(2);
    expect(proposalsOf(bench.tick(9999))).toEqual([]);
    expect(proposalsOf(bench.tick(1))).toEqual([[1, 2]]);
  });

  it('a replica whose broker is not registered leaves at once', () => {
    const bench = leading();
    const replicas = [1, 2, 3].map((id) => ({ node: nodeId(id), incarnation: id === 3 ? null : lifeOf(id) }));
    expect(proposalsOf(assign(bench, { version: 2, replicas }))).toEqual([[1, 2]]);
  });

  it('an open proposal is repeated, and only a higher version closes it', () => {
    const bench = leading({ isr: ids(1, 2) });
    bench.acknowledge(2);
    bench.acknowledge(3);
    expect(proposalsOf(bench.tick(1000))).toEqual([[1, 2, 3]]);
    bench.step({ kind: 'peer-disconnected', peer: nodeId(3) });
    assign(bench, { isr: ids(1, 2) });
    expect(maximalIsr(bench.core)).toEqual([1, 2, 3]);
    assign(bench, { isr: ids(1, 2, 3), version: 2 });
    expect(statusOf(bench.core).proposalOpen).toBe(false);
  });
});

describe('idle groups', () => {
  it('need no clock once everybody is caught up', () => {
    const bench = leading();
    bench.acknowledge(2);
    bench.acknowledge(3);
    expect(nextDue(bench.core)).toBeNull();
    expect(bench.tick(millis(3_600_000))).toEqual([]);
  });
});

describe('terms for clients (KIP-320)', () => {
  it('the end of a term is the start of the next; of the newest, the log end; above it, unknown', () => {
    const bench = leading({ term: term(5) }, { log: [1, 1, 3] });
    expect(endOfTerm(bench.core, term(1))).toEqual({ term: 1, end: 2 });
    expect(endOfTerm(bench.core, term(2))).toEqual({ term: 1, end: 2 });
    expect(endOfTerm(bench.core, term(4))).toEqual({ term: 3, end: 3 });
    expect(endOfTerm(bench.core, term(5))).toEqual({ term: 5, end: 3 });
    expect(endOfTerm(bench.core, term(6))).toBeNull();
    expect(termBefore(bench.core, offset(2))).toBe(1);
    expect(termBefore(bench.core, offset(4))).toBeNull();
  });
});
