/**
 * One test per rule of Ongaro's thesis, with its section: chapters 3, 9 and 10. Stories of several nodes are in scripts/.
 */
import { describe, expect, it } from 'vitest';
import { millis, nodeId, offset, statusOf, term } from '../../raft/index.ts';
import { Bench, heldOf, persistOf, sentOf } from './cluster/bench.ts';
import { voter, voters } from './cluster/configs.ts';
import { append, batches, vote } from './cluster/messages.ts';

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
      logStart: offset(0),
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

  it('3.6.1 a candidate names the term of its last batch, not its current one', () => {
    const bench = new Bench({ log: [1, 1], term: 6 });
    bench.tick(1300);
    const effects = bench.receive(2, { kind: 'pre-vote-reply', term: term(7), granted: true });
    expect(heldOf(effects)).toMatchObject([{ kind: 'vote', term: 7, log: { end: 2, term: 1 } }, { kind: 'vote' }]);
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
    expect(ask(2, 2, 1)).toEqual([{ kind: 'pre-vote-reply', term: 2, granted: false }]);
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
