/** Every message that a core may send, for property tests: positions, ids and names over their whole ranges. */
import fc from 'fast-check';
import { byteCount, directoryId, groupId, nodeId, offset, term } from '../../raft/index.ts';
import type { AppendOutcome, BatchPosition, GroupId, LogPosition, Message, Voter } from '../../raft/index.ts';

const whole = fc.oneof(fc.nat(300), fc.maxSafeNat());
const offsets = whole.map(offset);
const terms = whole.map(term);
const name = fc.string({ minLength: 1, maxLength: 40, unit: 'grapheme' });

export const groups: fc.Arbitrary<GroupId> = name.map(groupId);
const position: fc.Arbitrary<LogPosition> = fc.record({ end: offsets, term: terms });
const voter: fc.Arbitrary<Voter> = fc.record({ node: fc.nat().map(nodeId), directory: name.map(directoryId) });

/** Batches that rise from `prevOffset`, with gaps as compaction leaves them. */
function batchesFrom(prevOffset: number): fc.Arbitrary<readonly BatchPosition[]> {
  const step = fc.record({
    gap: fc.nat(3),
    records: fc.integer({ min: 1, max: 9 }),
    term: terms,
    bytes: fc.integer({ min: 1, max: 70 }),
  });
  return fc.array(step, { maxLength: 4 }).map((steps) => {
    let previousEnd = prevOffset;
    return steps.map((each) => {
      const base = previousEnd + each.gap;
      previousEnd = base + each.records;
      return {
        base: offset(base),
        end: offset(previousEnd),
        term: each.term,
        bytes: byteCount(each.bytes),
        control: null,
      };
    });
  });
}

const append: fc.Arbitrary<Message> = fc.nat(2 ** 50).chain((prevOffset) =>
  fc.record({
    kind: fc.constant('append' as const),
    term: terms,
    progressId: whole,
    prevOffset: fc.constant(offset(prevOffset)),
    prevTerm: terms,
    termStart: offsets,
    highWatermark: offsets,
    logStart: offsets,
    round: whole,
    batches: batchesFrom(prevOffset),
  }),
);

const outcome: fc.Arbitrary<AppendOutcome> = fc.oneof(
  offsets.map((verifiedEnd) => ({ kind: 'matched' as const, verifiedEnd })),
  position.map((hint) => ({ kind: 'diverged' as const, hint })),
  fc.constant({ kind: 'fenced' as const }),
);

const snapshot: fc.Arbitrary<Message> = fc
  .record({ position: fc.nat(1000), bytes: fc.nat(100), after: fc.nat(1000) })
  .chain((chunk) =>
    fc.record({
      kind: fc.constant('snapshot' as const),
      term: terms,
      progressId: whole,
      meta: fc.record({
        last: position,
        voters: fc.array(voter, { maxLength: 3 }),
        bytes: fc.constant(byteCount(chunk.position + chunk.bytes + chunk.after)),
      }),
      position: fc.constant(byteCount(chunk.position)),
      bytes: fc.constant(byteCount(chunk.bytes)),
    }),
  );

const granted = fc.boolean();
export const messages: fc.Arbitrary<Message> = fc.oneof(
  append,
  snapshot,
  fc.record({
    kind: fc.constant('append-reply' as const),
    term: terms,
    progressId: whole,
    round: whole,
    outcome,
    logEnd: offsets,
    logStart: offsets,
  }),
  fc.record({ kind: fc.constant('pre-vote' as const), term: terms, candidate: voter, log: position }),
  fc.record({ kind: fc.constant('pre-vote-reply' as const), term: terms, granted }),
  fc.record({
    kind: fc.constant('vote' as const),
    term: terms,
    candidate: voter,
    log: position,
    transfer: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('vote-reply' as const), term: terms, granted }),
  fc.record({
    kind: fc.constant('reset' as const),
    term: terms,
    progressId: whole,
    start: position,
    termStart: offsets,
    highWatermark: offsets,
  }),
  fc.record({
    kind: fc.constant('snapshot-reply' as const),
    term: terms,
    progressId: whole,
    position: whole.map(byteCount),
  }),
  fc.record({ kind: fc.constant('timeout-now' as const), term: terms }),
);
