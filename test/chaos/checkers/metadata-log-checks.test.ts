/** Metadata logs without a snapshot below them, voters that may never meet, ISRs that leaders do not count with: all named. */
import { describe, expect, it } from 'vitest';
import { judgeMaximalIsr } from '../../../chaos/checkers/copies.ts';
import { alwaysMeet, Ballots } from '../../../chaos/checkers/ballots.ts';
import { MetadataLogChecks } from '../../../chaos/checkers/metadata-log-checks.ts';
import type { MetadataReplica } from '../../../chaos/checkers/metadata-log-checks.ts';
import { Restarts } from '../../../chaos/checkers/restarts.ts';
import { directoryId, nodeId } from '../../../raft/index.ts';
import type { Voter } from '../../../raft/index.ts';
import type { Replica } from '../../../src/replica/index.ts';

function voters(...nodes: readonly number[]): readonly Voter[] {
  return nodes.map((node) => ({ node: nodeId(node), directory: directoryId(`d${node}`) }));
}

function metadata(
  start: number,
  entries: readonly { readonly base: number; readonly voters: readonly Voter[] }[] = [],
): MetadataReplica {
  const log = { start, end: 100, voters: entries, baseVoters: voters(1, 2, 3) };
  const core = { config: { self: { node: 1 } }, log, highWatermark: 10 };
  return { core, leads: true } as unknown as MetadataReplica;
}

describe('the metadata log of a node', () => {
  it('begins at 0, or where a durable snapshot ends: R10', () => {
    const checks = new MetadataLogChecks(() => 8);
    checks.note(metadata(0));
    checks.note(metadata(8));
    expect(() => checks.note(metadata(9))).toThrow(/^R10: .*begins at 9, .* ends at 8/);
  });

  it('has one open change of its voters: R9', () => {
    const checks = new MetadataLogChecks(() => 0);
    const [four, five] = [voters(1, 2, 3, 4), voters(1, 2, 3, 4, 5)];
    checks.note(
      metadata(0, [
        { base: 4, voters: four },
        { base: 12, voters: five },
      ]),
    );
    const both = metadata(0, [
      { base: 11, voters: four },
      { base: 12, voters: five },
    ]);
    expect(() => checks.note(both)).toThrow(/^R9: .*2 changes/);
  });

  it('never jumps to voters whose majorities may not meet: R9', () => {
    const checks = new MetadataLogChecks(() => 0);
    const jump = metadata(0, [{ base: 12, voters: voters(1, 4, 5) }]);
    expect(() => checks.note(jump)).toThrow(/^R9: .*1,2,3 of metadata become 1,4,5/);
  });

  it('names one and the same voters as the log of any other replica: R9', () => {
    const ballots = new Ballots(
      () => () => null,
      () => 0,
      () => undefined,
    );
    const replica = (node: number, initialVoters: readonly Voter[] | null): Replica => {
      const self = { node: nodeId(node), directory: directoryId(`d${node}`) };
      const log = { start: 0, end: 0, voters: [], baseVoters: null, terms: [] };
      const issued = { term: 0, votedFor: null };
      const core = { config: { self }, log, initialVoters, issued, votedFor: null, term: 0 };
      return { core, group: 'g' } as unknown as Replica;
    };
    ballots.note('q-0', replica(1, voters(1, 2, 3)));
    ballots.note('q-0', replica(2, null));
    ballots.note('q-0', replica(2, voters(3, 2, 1)));
    const renewed = [...voters(1, 2), { node: nodeId(3), directory: directoryId('other') }];
    expect(() => ballots.note('q-0', replica(3, renewed))).toThrow(
      /^R9: node 3 counts on the voters .*3\/other of q-0/,
    );
  });

  it('majorities meet when one voter comes or goes, not when two come at once or a disk takes the place of another', () => {
    expect(alwaysMeet(voters(1, 2, 3), voters(1, 2, 3, 4))).toBe(true);
    expect(alwaysMeet(voters(1, 2, 3, 4), voters(1, 2, 4))).toBe(true);
    expect(alwaysMeet(voters(1, 2, 3), voters(1, 2, 3, 4, 5))).toBe(false);
    expect(alwaysMeet(voters(1, 2), [...voters(1), { node: nodeId(2), directory: directoryId('other') }])).toBe(true);
    expect(alwaysMeet(voters(1), [{ node: nodeId(1), directory: directoryId('other') }])).toBe(false);
  });
});

describe('the ISR that a leader counts with', () => {
  const leader = (proposed: readonly number[] | null, version = 3): never =>
    ({
      core: {
        config: { self: { node: 1 } },
        term: 5,
        role: { kind: 'leader', proposal: proposed === null ? null : { members: new Set(proposed) } },
        assignment: { isr: [1, 2], version },
      },
    }) as never;
  const record = { isr: [1, 2, 3].map(nodeId), leaderTerm: 5, version: 4 };

  it('covers what metadata has, by its own ISR or an open proposal: P3', () => {
    judgeMaximalIsr('t-0', leader([1, 2, 3]), record);
    expect(() => judgeMaximalIsr('t-0', leader(null), record)).toThrow(/^P3: .*counts with 1,2, metadata has 1,2,3/);
    // It has applied newer metadata, or leads in another term.
    judgeMaximalIsr('t-0', leader(null, 4), record);
    judgeMaximalIsr('t-0', leader(null), { ...record, leaderTerm: 6 });
  });
});

describe('what a restart forgot', () => {
  const life = (flush: string, end: number, role: object = { kind: 'follower', contactAt: null }): never =>
    ({
      group: 'topic:0',
      core: { config: { self: { node: 1, directory: 'd' } }, log: { end }, durableEnd: end, term: 2, role },
      log: { settings: { flush } },
    }) as never;

  it('is D8 where all was flushed, and remembered where it was not: P7', () => {
    const restarts = new Restarts(() => 0);
    restarts.begin('t-0', life('always', 10), false);
    expect(() => restarts.begin('t-0', life('always', 8), false)).toThrow(/^D8: /);
    const careless = new Restarts(() => 0);
    careless.begin('t-0', life('os', 10), false);
    const after = life('os', 7);
    careless.begin('t-0', after, false);
    expect(careless.lossOf(after)).toEqual({ records: 3, hasHeard: false });
    const heard: { core: { role: object } } = after;
    heard.core.role = { kind: 'follower', contactAt: 5 };
    expect(careless.lossOf(after)).toEqual({ records: 3, hasHeard: true });
    const same = life('os', 7);
    careless.begin('t-0', same, false);
    expect(careless.lossOf(same)).toBeNull();
  });
});
