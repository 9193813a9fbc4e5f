/** Logs of replicas as they grow, are cut and differ: what must not be is named, what may be passes. */
import { describe, expect, it } from 'vitest';
import { LogChains } from '../../../chaos/checkers/log-chains.ts';
import type { ChainedReplica } from '../../../chaos/checkers/log-chains.ts';
import { byteCount, groupId, offset, term } from '../../../raft/index.ts';
import type { CoreState, TermStart } from '../../../raft/index.ts';
import type { BatchRun, ReadLimit } from '../../../storage/index.ts';
import { buildBatch, stampBatch } from '../../../storage/batch/index.ts';

const GROUP = groupId('topic:0');

interface Written {
  readonly base: number;
  readonly end: number;
  readonly term: number;
  readonly bytes: Buffer;
}

function batch(base: number, inTerm: number, value: string, records = 1): Written {
  const one = { key: null, value: Buffer.from(value), headers: [], timestamp: 0 };
  const bytes = Buffer.from(buildBatch({ records: Array.from({ length: records }, () => one) }));
  stampBatch(bytes, offset(base), term(inTerm));
  return { base, end: base + records, term: inTerm, bytes };
}

/** A replica made of batches; what the checker looks at, and no more. */
class FakeReplica {
  readonly group = GROUP;
  readonly #node: number;
  batches: readonly Written[] = [];
  leads = false;
  term = term(1);
  logStart = 0;

  constructor(node: number) {
    this.#node = node;
    // One core for one replica, as the checker tells them apart by it.
    this.core = { config: { self: { node }, policy: 'isr' }, log: { start: 0, end: 0, terms: [], startTerm: 0 } };
  }

  readonly core: { config: object; log: { start: number; end: number; terms: TermStart[]; startTerm: number } };

  readonly log = {
    settings: { compact: false },
    read: (from: number, _limit: ReadLimit): BatchRun => {
      const run = this.batches.filter(({ end }) => end > from);
      const positions = run.map((each) => ({
        base: offset(each.base),
        end: offset(each.end),
        term: term(each.term),
        bytes: byteCount(each.bytes.length),
        control: null,
      }));
      const bytes = Buffer.concat(run.map((each) => each.bytes));
      return { positions, buffers: [bytes], bytes: byteCount(bytes.length), release: (): void => undefined };
    },
  };

  /** Its log is now this. */
  hold(...batches: readonly Written[]): this {
    this.batches = batches;
    const terms: TermStart[] = [];
    for (const each of batches)
      if (terms.at(-1)?.term !== each.term) terms.push({ term: term(each.term), start: offset(each.base) });
    this.core.log = { start: this.logStart, end: batches.at(-1)?.end ?? this.logStart, terms, startTerm: 0 };
    return this;
  }

  lead(inTerm: number): this {
    this.leads = true;
    this.term = term(inTerm);
    return this;
  }

  get node(): number {
    return this.#node;
  }
}

function seen(replica: FakeReplica): ChainedReplica {
  return replica as unknown as ChainedReplica & { core: CoreState };
}

function chainsOf(...replicas: readonly FakeReplica[]): LogChains {
  const find = () => (number: number) => {
    const found = replicas.find(({ node }) => node === number);
    return found === undefined ? null : (seen(found) as never);
  };
  const chains = new LogChains(find, () => replicas.map(({ node }) => node));
  for (const replica of replicas) chains.note('t-0', seen(replica));
  return chains;
}

describe('the batches of replicas', () => {
  it('that are alike, cut and written anew in a later term, pass', () => {
    const [one, two] = [new FakeReplica(1).lead(1), new FakeReplica(2)];
    const chains = chainsOf(one, two);
    chains.note('t-0', seen(one.hold(batch(0, 1, 'a'), batch(1, 1, 'b'))));
    chains.note('t-0', seen(two.hold(batch(0, 1, 'a'))));
    one.leads = false;
    chains.note('t-0', seen(two.lead(2).hold(batch(0, 1, 'a'), batch(1, 2, 'c'))));
    chains.note('t-0', seen(one.hold(batch(0, 1, 'a'), batch(1, 2, 'c'))));
    expect(chains.compared).toBe(2);
  });

  it('another batch of the same term at the same offset is found', () => {
    const [one, two] = [new FakeReplica(1).lead(1), new FakeReplica(2)];
    const chains = chainsOf(one, two);
    chains.note('t-0', seen(one.hold(batch(0, 1, 'a'))));
    expect(() => chains.note('t-0', seen(two.hold(batch(0, 1, 'x'))))).toThrow(/^P4: .*different batches/);
    const three = new FakeReplica(3);
    expect(() => chains.note('t-0', seen(three)) ?? chains.note('t-0', seen(three.hold(batch(0, 1, 'a', 2))))).toThrow(
      /^P4: /,
    );
  });

  it('the same batch above another prefix is found', () => {
    const [one, two] = [new FakeReplica(1).lead(1), new FakeReplica(2)];
    const chains = chainsOf(one, two);
    chains.note('t-0', seen(one.hold(batch(0, 1, 'a'))));
    one.leads = false;
    chains.note('t-0', seen(two.lead(2).hold(batch(0, 2, 'b'), batch(1, 3, 'c'))));
    two.lead(3);
    two.leads = false;
    const wrong = one.hold(batch(0, 1, 'a'), batch(1, 3, 'c'));
    expect(() => chains.note('t-0', seen(wrong))).toThrow(/^P4: .*different ones below/);
  });

  it('of a compacted log may lack records, and whole batches before them', () => {
    const [one, two] = [new FakeReplica(1).lead(1), new FakeReplica(2)];
    const chains = chainsOf(one, two);
    chains.note('t-0', seen(one.hold(batch(0, 1, 'a'), batch(1, 1, 'b'), batch(2, 1, 'c'), batch(3, 1, 'd'))));
    const cleaned = (): FakeReplica => two.hold(batch(0, 1, 'less'), batch(2, 1, 'c'), batch(3, 1, 'd'));
    expect(() => chains.note('t-0', seen(cleaned()))).toThrow(/^P4: .*different batches/);
    two.log.settings.compact = true;
    chains.note('t-0', seen(two.hold()));
    chains.note('t-0', seen(cleaned()));
    chains.note('t-0', seen(two.hold()));
    expect(() => chains.note('t-0', seen(two.hold(batch(0, 1, 'less', 2))))).toThrow(/^P4: .*different batches/);
  });

  it('a leader that cuts its own log is found, a follower may', () => {
    const [one, two] = [new FakeReplica(1).lead(1), new FakeReplica(2)];
    const chains = chainsOf(one, two);
    chains.note('t-0', seen(one.hold(batch(0, 1, 'a'), batch(1, 1, 'b'))));
    chains.note('t-0', seen(two.hold(batch(0, 1, 'a'), batch(1, 1, 'b'))));
    chains.note('t-0', seen(two.hold(batch(0, 1, 'a'))));
    expect(() => chains.note('t-0', seen(one.hold(batch(0, 1, 'a'))))).toThrow(/^R3: node 1 leads t-0 in term 1/);
  });

  it('a leader writes in its own term only', () => {
    const one = new FakeReplica(1).lead(2);
    const chains = chainsOf(one);
    expect(() => chains.note('t-0', seen(one.hold(batch(0, 1, 'a'))))).toThrow(/^P6: .*writes .* in term 1/);
  });

  it('a batch of a term whose leader never wrote it is found', () => {
    const [one, two] = [new FakeReplica(1).lead(1), new FakeReplica(2)];
    const chains = chainsOf(one, two);
    expect(() => chains.note('t-0', seen(two.hold(batch(0, 1, 'a'))))).toThrow(/^P6: .*node 1 leads that term/);
  });

  it('what was recovered at a start counts as it is, and whole logs are compared with what was seen', () => {
    const one = new FakeReplica(1).lead(1);
    const chains = chainsOf(one);
    chains.note('t-0', seen(one.hold(batch(0, 1, 'a'), batch(1, 1, 'b'))));
    const again = new FakeReplica(1).hold(batch(0, 1, 'a'), batch(1, 1, 'b'));
    chains.note('t-0', seen(again));
    again.lead(2);
    chains.note('t-0', seen(again.hold(batch(0, 1, 'a'), batch(1, 1, 'b'), batch(2, 2, 'c'))));
    const crc = batch(1, 1, 'b').bytes.readUInt32BE(17);
    const logged = { base: 1, end: 2, term: 1, sum: 0, crc, producer: null };
    chains.judgeLog('t-0', GROUP, [logged]);
    expect(() => chains.judgeLog('t-0', GROUP, [{ ...logged, crc: crc + 1 }])).toThrow(/^R4: /);
    expect(() => chains.judgeLog('t-0', GROUP, [{ ...logged, end: 3 }])).toThrow(/^R4: /);
  });
});
