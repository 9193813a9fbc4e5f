/**
 * One test per rule of Ongaro's thesis, with its section: chapters 4 to 6, membership, snapshots and clients.
 * Stories of several nodes are in scripts/.
 */
import { describe, expect, it } from 'vitest';
import { byteCount, nodeId, offset, statusOf, term } from '../../raft/index.ts';
import { Bench, heldOf, sentOf } from './cluster/bench.ts';
import { voter, voters } from './cluster/configs.ts';
import { append, batches, vote } from './cluster/messages.ts';

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
      logStart: offset(0),
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
    const ends = { logEnd: offset(2), logStart: offset(0) };
    const reply = { kind: 'append-reply', term: term(1), progressId, round: 1, outcome, ...ends } as const;
    expect(bench.receive(2, reply)).toEqual([{ kind: 'read-ready', id: 5, highWatermark: 2 }]);
  });
});
