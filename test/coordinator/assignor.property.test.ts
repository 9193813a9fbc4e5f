/** What both server-side assignors promise, for random groups and topics. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { partitionCount } from '../../src/coordinator/assignment.ts';
import type { Assignment } from '../../src/coordinator/assignment.ts';
import { ASSIGNORS } from '../../src/coordinator/assignors.ts';
import type { AssignorMember, AssignorSpecification, GroupAssignment } from '../../src/coordinator/assignor.ts';

const TOPICS = ['a', 'b', 'c', 'd'];
const RUNS = { numRuns: 100, seed: 8_480 };

interface Drawn {
  readonly counts: readonly number[];
  readonly reads: readonly (readonly string[])[];
  readonly statics: readonly boolean[];
}

const drawn: fc.Arbitrary<Drawn> = fc.record({
  counts: fc.array(fc.integer({ min: 0, max: 12 }), { minLength: TOPICS.length, maxLength: TOPICS.length }),
  reads: fc.array(fc.subarray(TOPICS), { minLength: 1, maxLength: 9 }),
  statics: fc.array(fc.boolean(), { minLength: 9, maxLength: 9 }),
});

function specification({ counts, reads, statics }: Drawn, current: GroupAssignment = new Map()): AssignorSpecification {
  const read = new Set(reads.flat());
  return {
    partitions: new Map(TOPICS.map((name, at) => [name, counts[at] ?? 0] as const).filter(([name]) => read.has(name))),
    members: reads.map((topics, at): AssignorMember => ({
      id: `m${at}`,
      instanceId: statics[at] === true ? `i${9 - at}` : null,
      topicIds: new Set(topics),
      current: current.get(`m${at}`) ?? new Map(),
    })),
  };
}

function assign(name: string, spec: AssignorSpecification): GroupAssignment {
  const assigned = ASSIGNORS.get(name)?.(spec);
  if (assigned === undefined) throw new Error(`no assignor ${name}`);
  return assigned;
}

/** Who has a partition; fails when two have it, or somebody who does not read its topic. */
function owners(spec: AssignorSpecification, assigned: GroupAssignment): Map<string, string> {
  const found = new Map<string, string>();
  for (const member of spec.members) {
    for (const [topic, partitions] of assigned.get(member.id) ?? []) {
      expect(member.topicIds.has(topic)).toBe(true);
      expect(partitions.length).toBeGreaterThan(0);
      for (const partition of partitions) {
        expect(found.has(`${topic}-${partition}`), `${topic}-${partition} twice`).toBe(false);
        found.set(`${topic}-${partition}`, member.id);
      }
    }
  }
  return found;
}

test.each([...ASSIGNORS.keys()])('%s: every partition that somebody reads goes to exactly one reader', (name) => {
  fc.assert(
    fc.property(drawn, drawn, (one, other) => {
      const first = specification(one);
      const before = assign(name, first);
      for (const spec of [
        first,
        specification(other, before),
        specification(one, assign(name, specification(other))),
      ]) {
        const found = owners(spec, assign(name, spec));
        const all = [...spec.partitions].flatMap(([topic, count]) =>
          Array.from({ length: count }, (_, at) => `${topic}-${at}`),
        );
        expect([...found.keys()].toSorted()).toEqual(all.toSorted());
      }
    }),
    RUNS,
  );
});

test.each([...ASSIGNORS.keys()])('%s: the order in which members and topics come changes nothing', (name) => {
  fc.assert(
    fc.property(drawn, (group) => {
      const spec = specification(group, assign('uniform', specification(group)));
      const turned = {
        members: spec.members.toReversed(),
        partitions: new Map([...spec.partitions].toReversed()),
      };
      const [one, other] = [assign(name, turned), assign(name, spec)];
      for (const { id } of spec.members) expect(one.get(id)).toEqual(other.get(id));
    }),
    RUNS,
  );
});

test('uniform: members that read the same differ by one partition at most', () => {
  fc.assert(
    fc.property(drawn, drawn, (one, other) => {
      const spec = specification(one, assign('uniform', specification(other)));
      const assigned = assign('uniform', spec);
      const sizes = new Map<string, number[]>();
      for (const { id, topicIds } of spec.members) {
        const key = [...topicIds].toSorted().join();
        sizes.set(key, [...(sizes.get(key) ?? []), partitionCount(assigned.get(id) ?? new Map())]);
      }
      for (const group of sizes.values()) expect(Math.max(...group) - Math.min(...group)).toBeLessThanOrEqual(1);
    }),
    RUNS,
  );
});

test('uniform: no member could take a partition from another one that has two more', () => {
  fc.assert(
    fc.property(drawn, drawn, (one, other) => {
      const spec = specification(one, assign('uniform', specification(other)));
      const assigned = assign('uniform', spec);
      const size = (id: string): number => partitionCount(assigned.get(id) ?? new Map());
      for (const rich of spec.members) {
        for (const poor of spec.members) {
          const movable = [...(assigned.get(rich.id)?.keys() ?? [])].some((topic) => poor.topicIds.has(topic));
          if (movable) expect(size(rich.id) - size(poor.id)).toBeLessThanOrEqual(1);
        }
      }
    }),
    RUNS,
  );
});

test('uniform: nothing moves when nothing changed, and no more than needed when a member comes or goes', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 0, max: 40 }), (members, partitions) => {
      const of = (count: number, current: GroupAssignment): AssignorSpecification => ({
        partitions: new Map([['a', partitions]]),
        members: Array.from({ length: count }, (_, at) => ({
          id: `m${at}`,
          instanceId: null,
          topicIds: new Set(['a']),
          current: current.get(`m${at}`) ?? new Map(),
        })),
      });
      const first = assign('uniform', of(members, new Map()));
      expect(assign('uniform', of(members, first))).toEqual(first);
      const grown = assign('uniform', of(members + 1, first));
      const moved = partitionCount(grown.get(`m${members}`) ?? new Map());
      expect(changes(first, grown, members)).toBe(moved);
      const shrunk = assign('uniform', of(members, grown));
      expect(changes(grown, shrunk, members)).toBe(0);
    }),
    RUNS,
  );
});

/** Partitions that one of the first `members` has lost. */
function changes(before: GroupAssignment, after: GroupAssignment, members: number): number {
  let lost = 0;
  for (let at = 0; at < members; at += 1) {
    const kept = new Set(after.get(`m${at}`)?.get('a'));
    lost += (before.get(`m${at}`)?.get('a') ?? []).filter((partition) => !kept.has(partition)).length;
  }
  return lost;
}

test('range: each topic is cut into ranges, in the order of instance ids and then of ids', () => {
  const member = (id: string, instanceId: string | null, topics: readonly string[]): AssignorMember => ({
    id,
    instanceId,
    topicIds: new Set(topics),
    current: new Map(),
  });
  const assigned = assign('range', {
    partitions: new Map([
      ['a', 7],
      ['b', 2],
    ]),
    members: [member('m1', null, ['a', 'b']), member('m2', 'z', ['a', 'b']), member('m3', 'y', ['a'])],
  });
  const of = (id: string): Assignment | undefined => assigned.get(id);
  expect(of('m3')).toEqual(new Map([['a', [0, 1, 2]]]));
  expect(of('m2')).toEqual(
    new Map([
      ['a', [3, 4]],
      ['b', [0]],
    ]),
  );
  expect(of('m1')).toEqual(
    new Map([
      ['a', [5, 6]],
      ['b', [1]],
    ]),
  );
});
