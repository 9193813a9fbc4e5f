/**
 * One test per rule of Ongaro's thesis, with its section. Stories of several nodes are in scripts/.
 */
import { describe, expect, it } from 'vitest';
import {
  type Append,
  type BatchPosition,
  byteCount,
  millis,
  nodeId,
  offset,
  statusOf,
  term,
  type Vote,
} from '../../raft/index.ts';
import { Bench, heldOf, persistOf, sentOf } from './cluster/bench.ts';
import { voter, voters } from './cluster/configs.ts';

function vote(from: number, of: number, end: number, lastTerm: number, transfer = false): Vote {
  return {
    kind: 'vote',
    term: term(of),
    candidate: voter(from),
    log: { end: offset(end), term: term(lastTerm) },
    transfer,
  };
}

function batches(from: number, ...terms: readonly number[]): BatchPosition[] {
  return terms.map((of, index) => ({
    base: offset(from + index),
    end: offset(from + index + 1),
    term: term(of),
    bytes: byteCount(10),
    control: null,
  }));
}

function append(
  of: number,
  prevOffset: number,
  prevTerm: number,
  sent: readonly BatchPosition[] = [],
  changes: Partial<Append> = {},
): Append {
  const header = {
    term: term(of),
    progressId: 7,
    prevOffset: offset(prevOffset),
    prevTerm: term(prevTerm),
    termStart: offset(prevOffset + sent.length),
  };
  return {
    kind: 'append',
    ...header,
    highWatermark: offset(0),
    logStart: offset(0),
    round: 0,
    batches: sent,
    ...changes,
  };
}

describe('3.3 terms', () => {
  it('a message of a lower term is answered with the own term and changes nothing', () => {
    const bench = new Bench({ log: [1, 2], term: 5 });
    bench.persist();
    const effects = bench.receive(2, append(4, 2, 2));
    expect(sentOf(effects)).toMatchObject([{ kind: 'append-reply', term: 5, outcome: { kind: 'fenced' } }]);
    expect(statusOf(bench.core).leader).toBeNull();
  });

  it('a leader that hears of a higher term steps down, and remembers the term durably', () => {
    const bench = new Bench();
    bench.win(2);
    const effects = bench.receive(3, {
      kind: 'append-reply',
      term: term(9),
      progressId: 1,
      round: 0,
      outcome: { kind: 'fenced' },
      logEnd: offset(0),
    });
    expect(statusOf(bench.core)).toMatchObject({ role: 'follower', term: 9 });
    expect(persistOf(effects)?.hardState).toEqual({ term: 9, votedFor: null });
  });
});

describe('3.4 leader election', () => {
  it('a follower that hears nothing for an election timeout campaigns, one that hears its leader does not', () => {
    const bench = new Bench();
    bench.receive(2, append(1, 0, 0));
    for (let beat = 0; beat < 20; beat += 1) {
      bench.tick(200);
      bench.receive(2, append(1, 0, 0));
    }
    expect(statusOf(bench.core).role).toBe('follower');
    bench.tick(1200);
    expect(statusOf(bench.core).role).toBe('prospective');
  });

  it('election timeouts differ between nodes and between attempts', () => {
    const seen = new Set<number>();
    const bench = new Bench();
    for (let attempt = 0; attempt < 10; attempt += 1) {
      bench.tick(1300);
      const { role } = bench.core;
      if (role.kind === 'prospective') seen.add(role.electionAt - bench.now);
    }
    expect(seen.size).toBeGreaterThan(5);
    expect(Math.min(...seen)).toBeGreaterThanOrEqual(600);
    expect(Math.max(...seen)).toBeLessThan(1200);
  });

  it('a vote waits for the disk', () => {
    const bench = new Bench();
    const effects = bench.receive(2, vote(2, 1, 0, 0));
    expect(sentOf(effects)).toEqual([]);
    expect(persistOf(effects)?.hardState).toEqual({ term: 1, votedFor: voter(2) });
    expect(heldOf(effects)).toEqual([{ kind: 'vote-reply', term: 1, granted: true }]);
  });

  it('one vote per term, also after a restart; the same candidate may ask again', () => {
    const bench = new Bench({ term: 1, votedFor: voter(2) });
    expect(sentOf(bench.receive(3, vote(3, 1, 9, 1)))).toEqual([{ kind: 'vote-reply', term: 1, granted: false }]);
    expect(sentOf(bench.receive(2, vote(2, 1, 0, 0)))).toEqual([{ kind: 'vote-reply', term: 1, granted: true }]);
  });

  it('a vote is for a directory: the same node with another one is somebody else', () => {
    const bench = new Bench({ term: 1, votedFor: voter(2, 'old') });
    expect(sentOf(bench.receive(2, vote(2, 1, 9, 1)))).toEqual([{ kind: 'vote-reply', term: 1, granted: false }]);
  });

  it('the own vote counts when it is durable, and a candidate asks only then', () => {
    const bench = new Bench({ voters: voters(1) });
    const effects = bench.tick(1300);
    expect(statusOf(bench.core).role).toBe('candidate');
    expect(persistOf(effects)?.hardState).toEqual({ term: 1, votedFor: voter(1) });
    bench.persist();
    expect(statusOf(bench.core).role).toBe('leader');
  });

  it('a vote of a directory that is no voter does not count', () => {
    const bench = new Bench();
    bench.connect(2, 2, 'wiped');
    bench.win(2);
    expect(statusOf(bench.core).role).not.toBe('leader');
  });
});

describe('3.5 log replication', () => {
  it('an append that does not match is refused with the largest term at most its own, and where that ends', () => {
    const bench = new Bench({ log: [1, 1, 4, 4], term: 6 });
    bench.persist();
    expect(sentOf(bench.receive(2, append(6, 9, 3)))).toMatchObject([
      { outcome: { kind: 'diverged', hint: { end: 2, term: 1 } } },
    ]);
  });

  it('what contradicts the leader is cut, what agrees stays', () => {
    const bench = new Bench({ log: [1, 1, 2, 2], term: 3 });
    const effects = bench.receive(2, append(3, 1, 1, batches(1, 1, 3)));
    expect(persistOf(effects)).toMatchObject({ truncateTo: 2, append: [{ base: 2, term: 3 }] });
  });

  it('a delayed append that is contained in the log cuts nothing', () => {
    const bench = new Bench();
    bench.receive(2, append(1, 0, 0, batches(0, 1, 1, 1), { termStart: offset(0) }));
    bench.persist();
    const effects = bench.receive(2, append(1, 0, 0, batches(0, 1), { termStart: offset(0) }));
    expect(persistOf(effects)).toBeNull();
    expect(statusOf(bench.core).logEnd).toBe(3);
  });

  it('an answer waits for the disk, and names what was verified, not the log end', () => {
    const bench = new Bench({ log: [1, 1, 1], term: 1 });
    const effects = bench.receive(2, append(2, 1, 1, [], { termStart: offset(9) }));
    expect(heldOf(effects)).toMatchObject([{ outcome: { kind: 'matched', verifiedEnd: 1 }, logEnd: 3 }]);
  });

  it('a follower commits what the leader has committed, never beyond what is verified', () => {
    const bench = new Bench({ log: [1, 1, 1], term: 1 });
    bench.receive(2, append(2, 1, 1, [], { highWatermark: offset(3), termStart: offset(9) }));
    expect(statusOf(bench.core).highWatermark).toBe(1);
  });

  it('batches leave before the own disk has them', () => {
    const bench = new Bench();
    bench.win(2);
    bench.acknowledge(2);
    const effects = bench.propose(1);
    expect(effects.map(({ kind }) => kind)).toEqual(['persist', 'send-batches']);
  });

  it('two leaders in one term are a bug', () => {
    const bench = new Bench();
    bench.receive(2, append(1, 0, 0));
    expect(() => bench.receive(3, append(1, 0, 0))).toThrow('both lead term 1');
  });
});

describe('3.6 safety', () => {
  it('3.6.1 a voter refuses a candidate whose last term is lower, however long its log', () => {
    const bench = new Bench({ log: [1, 3], term: 3 });
    expect(heldOf(bench.receive(2, vote(2, 4, 9, 2)))).toEqual([{ kind: 'vote-reply', term: 4, granted: false }]);
  });

  it('3.6.1 and one whose log is shorter in the same last term; the current term does not matter', () => {
    const bench = new Bench({ log: [1, 1], term: 1 });
    expect(heldOf(bench.receive(2, vote(2, 7, 1, 1)))).toEqual([{ kind: 'vote-reply', term: 7, granted: false }]);
    expect(heldOf(bench.receive(3, vote(3, 7, 2, 1)))).toEqual([{ kind: 'vote-reply', term: 7, granted: true }]);
  });

  it('3.6.2 a new leader commits nothing before a batch of its own term is on a majority', () => {
    const bench = new Bench({ log: [1, 1], term: 1 });
    bench.win(2);
    bench.acknowledge(2, offset(2));
    bench.acknowledge(3, offset(2));
    bench.persist();
    expect(statusOf(bench.core).highWatermark).toBe(0);
    bench.acknowledge(2);
    expect(statusOf(bench.core).highWatermark).toBe(4);
  });
});

describe('3.10 leadership transfer', () => {
  it('the target is told only when it has the whole log, and nothing is proposed meanwhile', () => {
    const bench = new Bench();
    bench.win(2);
    expect(sentOf(bench.step({ kind: 'transfer', to: nodeId(2) }))).toEqual([]);
    expect(bench.propose(1)).toEqual([{ kind: 'refused', refusal: { kind: 'transferring' } }]);
    expect(sentOf(bench.acknowledge(2))).toContainEqual({ kind: 'timeout-now', term: 1 });
  });

  it('after an election timeout it is forgotten', () => {
    const bench = new Bench();
    bench.win(2);
    bench.step({ kind: 'transfer', to: nodeId(3) });
    for (let beat = 0; beat < 7; beat += 1) {
      bench.acknowledge(2);
      bench.tick(200);
    }
    expect(persistOf(bench.propose(1))).not.toBeNull();
  });

  it('only a caught-up voter can be told; an observer is no target', () => {
    const bench = new Bench({ voters: voters(1, 2) });
    bench.win(2);
    expect(bench.step({ kind: 'transfer', to: nodeId(3) })).toEqual([
      { kind: 'refused', refusal: { kind: 'unknown-peer' } },
    ]);
  });
});

describe('4 membership', () => {
  function committed(): Bench {
    const bench = new Bench();
    bench.win(2);
    bench.acknowledge(2);
    bench.persist();
    return bench;
  }

  it('4.1 the newest voters are in force when appended', () => {
    const bench = committed();
    bench.step({ kind: 'change-voters', voters: voters(1, 2) });
    expect(statusOf(bench.core).voters).toEqual(voters(1, 2));
  });

  it('4.1 refused while nothing of the own term is committed (raft-dev 2015)', () => {
    const bench = new Bench();
    bench.win(2);
    expect(bench.step({ kind: 'change-voters', voters: voters(1, 2) })).toEqual([
      { kind: 'refused', refusal: { kind: 'no-commit-in-term' } },
    ]);
  });

  it('4.1 refused while a change is uncommitted', () => {
    const bench = committed();
    bench.step({ kind: 'change-voters', voters: voters(1, 2) });
    expect(bench.step({ kind: 'change-voters', voters: voters(1, 2, 3) })).toEqual([
      { kind: 'refused', refusal: { kind: 'change-in-progress' } },
    ]);
  });

  it('4.1 one at a time: two at once, none, the same node twice, or nobody left are refused', () => {
    const bench = committed();
    for (const next of [voters(1), voters(1, 2, 3), [...voters(1, 2, 3), voter(3, 'new')], voters(4, 2, 3)]) {
      expect(bench.step({ kind: 'change-voters', voters: next })).toEqual([
        { kind: 'refused', refusal: { kind: 'not-one-voter' } },
      ]);
    }
  });

  it('4.2.2 a leader that removes itself does not count itself, and steps down when that is committed', () => {
    const bench = committed();
    bench.step({ kind: 'change-voters', voters: voters(2, 3) });
    bench.persist();
    bench.acknowledge(2);
    expect(statusOf(bench.core)).toMatchObject({ role: 'leader', highWatermark: 2 });
    bench.acknowledge(3);
    expect(statusOf(bench.core)).toMatchObject({ role: 'observer', highWatermark: 3 });
  });

  it('4.2.3 who hears a leader refuses a vote without adopting its term, unless it is a transfer', () => {
    const bench = new Bench();
    bench.receive(2, append(1, 0, 0));
    bench.persist();
    bench.now += 100;
    expect(sentOf(bench.receive(3, vote(3, 9, 9, 1)))).toEqual([{ kind: 'vote-reply', term: 1, granted: false }]);
    expect(heldOf(bench.receive(3, vote(3, 9, 9, 1, true)))).toEqual([{ kind: 'vote-reply', term: 9, granted: true }]);
  });
});

describe('5 snapshots', () => {
  it('a follower below the log start is sent one, in chunks that it asks for', () => {
    const bench = new Bench({
      log: [1, 1],
      term: 1,
      highWatermark: 2,
      config: { snapshotChunkBytesMax: byteCount(4) },
    });
    bench.step({ kind: 'advance-log-start', to: offset(2) });
    bench.win(2);
    const { role } = bench.core;
    const progressId = role.kind === 'leader' ? (role.progress.get(nodeId(3))?.progressId ?? 0) : 0;
    const outcome = { kind: 'diverged', hint: { end: offset(0), term: term(0) } } as const;
    const effects = bench.receive(3, {
      kind: 'append-reply',
      term: term(2),
      progressId,
      round: 0,
      outcome,
      logEnd: offset(0),
    });
    expect(effects).toMatchObject([{ kind: 'send-snapshot', peer: 3, position: 0, bytesMax: 4, meta: null }]);
  });

  it('an installed snapshot replaces the log; what was pending on the old one is void', () => {
    const bench = new Bench();
    bench.receive(2, append(1, 0, 0, batches(0, 1), { termStart: offset(0) }));
    const meta = { last: { end: offset(9), term: term(1) }, voters: voters(1, 2, 3), bytes: byteCount(4) };
    bench.receive(2, {
      kind: 'snapshot',
      term: term(1),
      progressId: 8,
      meta,
      position: byteCount(0),
      bytes: byteCount(4),
    });
    bench.step({ kind: 'snapshot-stored', from: nodeId(2), progressId: 8, meta, position: byteCount(4) });
    bench.persist();
    expect(statusOf(bench.core)).toMatchObject({ logStart: 9, logEnd: 9, durableEnd: 9, highWatermark: 9 });
  });
});

describe('6 clients', () => {
  it('6.2 a leader that reaches no majority for an election timeout steps down', () => {
    const bench = new Bench();
    bench.win(2);
    bench.tick(1199);
    expect(statusOf(bench.core).role).toBe('leader');
    bench.tick(1);
    expect(statusOf(bench.core).role).toBe('follower');
  });

  it('a leader whose disk hangs calls a successor and steps down', () => {
    const bench = new Bench();
    bench.win(2);
    bench.acknowledge(3);
    for (let beat = 0; beat < 11; beat += 1) {
      bench.tick(200);
      bench.acknowledge(2);
    }
    expect(statusOf(bench.core).role).toBe('leader');
    expect(sentOf(bench.tick(200))).toContainEqual({ kind: 'timeout-now', term: 1 });
    expect(statusOf(bench.core).role).toBe('follower');
  });

  it('6.4 a read waits for a commit of the own term and for a majority to echo its round', () => {
    const bench = new Bench();
    bench.win(2);
    expect(bench.step({ kind: 'read', id: 5 })).toEqual([]);
    bench.persist();
    const effects = bench.acknowledge(2);
    expect(effects.filter(({ kind }) => kind === 'read-ready')).toEqual([]);
    expect(sentOf(effects)).toContainEqual(expect.objectContaining({ kind: 'append', round: 1 }));
    const { role } = bench.core;
    const progressId = role.kind === 'leader' ? (role.progress.get(nodeId(2))?.progressId ?? 0) : 0;
    const outcome = { kind: 'matched', verifiedEnd: offset(2) } as const;
    const reply = { kind: 'append-reply', term: term(1), progressId, round: 1, outcome, logEnd: offset(2) } as const;
    expect(bench.receive(2, reply)).toEqual([{ kind: 'read-ready', id: 5, highWatermark: 2 }]);
  });
});

describe('9.6 pre-vote', () => {
  it('changes nothing at the voter, and is granted only to who could win', () => {
    const bench = new Bench({ log: [1, 2], term: 2 });
    bench.persist();
    const ask = (end: number, last: number, of: number) =>
      sentOf(
        bench.receive(2, {
          kind: 'pre-vote',
          term: term(of),
          candidate: voter(2),
          log: { end: offset(end), term: term(last) },
        }),
      );
    expect(ask(1, 1, 3)).toEqual([{ kind: 'pre-vote-reply', term: 2, granted: false }]);
    expect(ask(2, 2, 3)).toEqual([{ kind: 'pre-vote-reply', term: 3, granted: true }]);
    expect(ask(2, 2, 2)).toEqual([{ kind: 'pre-vote-reply', term: 2, granted: false }]);
    expect(statusOf(bench.core).term).toBe(2);
  });

  it('who cannot win does not raise its term', () => {
    const bench = new Bench({ term: 3 });
    for (let attempt = 0; attempt < 10; attempt += 1) bench.tick(millis(1300));
    expect(statusOf(bench.core)).toMatchObject({ role: 'prospective', term: 3 });
  });
});

describe('10.2.1 writing to the leader in parallel', () => {
  it('a majority of followers commits what the own disk does not have yet', () => {
    const bench = new Bench();
    bench.win(2);
    bench.acknowledge(2);
    expect(statusOf(bench.core).highWatermark).toBe(0);
    bench.acknowledge(3);
    expect(statusOf(bench.core)).toMatchObject({ highWatermark: 2, durableEnd: 0 });
  });
});
