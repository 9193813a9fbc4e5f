/** The search agrees with one that tries every order, and topics' histories that cannot be are told from those that can. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { linearize } from '../../../chaos/checkers/linearizability.ts';
import type { Model } from '../../../chaos/checkers/linearizability.ts';
import { judgeMetadata } from '../../../chaos/checkers/metadata-model.ts';
import type { MetadataInput, MetadataOperation, MetadataOutput, Operation } from '../../../chaos/checkers/operation.ts';

/** A register of small numbers: writes answer null, reads the value; a read with a session may be old. */
type RegisterInput =
  | { readonly kind: 'write'; readonly value: number }
  | { readonly kind: 'read'; readonly session: string | null | undefined };
type RegisterOutput = { readonly value: number };
type RegisterOperation = Operation<RegisterInput, RegisterOutput>;

const REGISTER: Model<number, RegisterInput, RegisterOutput> = {
  initial: 0,
  hash: String,
  isRead: ({ kind }) => kind === 'read',
  step: (state, input, output) => {
    if (input.kind === 'write') return [input.value];
    return output === null || output.value === state ? [state] : [];
  },
  sessionOf: (input) => (input.kind === 'write' || input.session === undefined ? null : { name: input.session }),
};

function write(value: number, calledAt: number, returnedAt: number | null): RegisterOperation {
  const output = returnedAt === null ? null : { value };
  return { process: `w${calledAt}`, key: 'r', input: { kind: 'write', value }, output, calledAt, returnedAt };
}

function read(value: number, calledAt: number, returnedAt: number, session?: string | null): RegisterOperation {
  return {
    process: `r${calledAt}`,
    key: 'r',
    input: { kind: 'read', session },
    output: { value },
    calledAt,
    returnedAt,
  };
}

/** Tries every order of every choice of the operations that may never have happened. */
function bruteForce(operations: readonly RegisterOperation[]): boolean {
  const isStale = ({ input }: RegisterOperation): boolean => input.kind === 'read' && input.session !== undefined;
  const mustPrecede = (one: RegisterOperation, other: RegisterOperation): boolean => {
    if (one.returnedAt === null || one.returnedAt >= other.calledAt) return false;
    if (!isStale(other)) return true;
    const [a, b] = [one.input, other.input];
    return a.kind === 'read' && b.kind === 'read' && typeof a.session === 'string' && a.session === b.session;
  };
  const go = (left: readonly RegisterOperation[], state: number): boolean => {
    if (left.every(({ output }) => output === null)) return true;
    return left.some((operation) => {
      if (left.some((other) => other !== operation && mustPrecede(other, operation))) return false;
      const rest = left.filter((other) => other !== operation);
      return REGISTER.step(state, operation.input, operation.output).some((next) => go(rest, next));
    });
  };
  return go(operations, 0);
}

const SMALL = fc.array(
  fc.record({
    value: fc.nat(2),
    from: fc.nat(9),
    length: fc.integer({ min: 1, max: 5 }),
    kind: fc.constantFrom<'write' | 'lost' | 'read' | 'stale' | 'nobody'>('write', 'lost', 'read', 'stale', 'nobody'),
  }),
  { minLength: 1, maxLength: 7 },
);

describe('the search for an order', () => {
  it('finds one where there is one, also across reads at the same time', () => {
    expect(linearize(REGISTER, [write(1, 0, 10), read(0, 1, 2), read(1, 3, 4)]).kind).toBe('linearizable');
    expect(linearize(REGISTER, [write(1, 0, 10), read(1, 1, 2), read(0, 3, 4)]).kind).toBe('violation');
  });

  it('an operation of unknown outcome may take effect late, or never, not before its call', () => {
    expect(linearize(REGISTER, [write(1, 5, null), read(0, 6, 7), read(1, 90, 91)]).kind).toBe('linearizable');
    expect(linearize(REGISTER, [write(1, 5, null), read(0, 90, 91)]).kind).toBe('linearizable');
    expect(linearize(REGISTER, [write(1, 5, null), read(1, 3, 4)]).kind).toBe('violation');
    expect(linearize(REGISTER, [write(1, 5, null), read(1, 6, 7), read(0, 8, 9)]).kind).toBe('violation');
  });

  it('a read of a session may be old, and never goes back', () => {
    const writes = [write(1, 0, 1), write(2, 2, 3)];
    expect(linearize(REGISTER, [...writes, read(1, 8, 9)]).kind).toBe('violation');
    expect(linearize(REGISTER, [...writes, read(1, 8, 9, 's')]).kind).toBe('linearizable');
    expect(linearize(REGISTER, [...writes, read(2, 5, 6, 's'), read(1, 8, 9, 's')]).kind).toBe('violation');
    expect(linearize(REGISTER, [...writes, read(2, 5, 6, 's'), read(1, 8, 9, 'o')]).kind).toBe('linearizable');
    expect(linearize(REGISTER, [...writes, read(2, 5, 6, null), read(1, 8, 9, null)]).kind).toBe('linearizable');
    // What it has not heard of yet it cannot answer.
    expect(linearize(REGISTER, [read(1, 0, 1, 's'), write(1, 2, 3)]).kind).toBe('violation');
  });

  it('says that it does not know when there is too much to try', () => {
    const writes = Array.from({ length: 12 }, (_, value) => write(value + 1, 0, null));
    const impossible = [...writes, read(99, 5, 6)];
    expect(linearize(REGISTER, impossible, 50).kind).toBe('unknown');
    expect(linearize(REGISTER, impossible.slice(8)).kind).toBe('violation');
  });

  it('agrees with trying every order', () => {
    const seen = { yes: 0, no: 0 };
    fc.assert(
      fc.property(SMALL, (drawn) => {
        const operations = drawn.map(({ value, from, length, kind }): RegisterOperation => {
          if (kind === 'write') return write(value, from, from + length);
          if (kind === 'lost') return write(value, from, null);
          return read(value, from, from + length, { read: undefined, stale: 's', nobody: null }[kind]);
        });
        const expected = bruteForce(operations);
        seen[expected ? 'yes' : 'no'] += 1;
        expect(linearize(REGISTER, operations).kind).toBe(expected ? 'linearizable' : 'violation');
      }),
      { numRuns: 400, seed: 7 },
    );
    expect(Math.min(seen.yes, seen.no)).toBeGreaterThan(50);
  });

  it('names what cannot be, and what went before', () => {
    const verdict = linearize(REGISTER, [write(1, 0, 1), write(2, 2, 3), read(1, 4, 5)]);
    expect(verdict).toMatchObject({ kind: 'violation', next: { input: { kind: 'read' } } });
    expect(verdict.kind === 'violation' && verdict.after.map(({ process }) => process)).toEqual(['w0', 'w2']);
  });
});

/** Operations one after the other, each a millisecond long; an output of undefined: nobody knows. */
function sequence(...steps: readonly (readonly [MetadataInput, MetadataOutput?])[]): readonly MetadataOperation[] {
  return steps.map(([input, output], index) => ({
    process: 'p',
    key: 't',
    input,
    output: output ?? null,
    calledAt: 10 * index,
    returnedAt: output === undefined ? null : 10 * index + 1,
  }));
}

const CREATE: MetadataInput = { kind: 'create', partitions: 2, configs: { 'retention.ms': '5' } };
const DESCRIBE: MetadataInput = { kind: 'describe', session: 'node 1' };
const RETENTION: MetadataInput = { kind: 'describe-config', config: 'retention.ms', session: 'node 1' };
const UNKNOWN: MetadataOutput = { kind: 'unknown-topic' };
const DONE: MetadataOutput = { kind: 'done' };

function topic(topicId: string, partitions: number): MetadataOutput {
  return { kind: 'topic', topicId, partitions };
}

describe('what clients are told of a topic', () => {
  it('is in order when everybody tells of the same topic', () => {
    const operations = sequence(
      [{ kind: 'exists' }, UNKNOWN],
      [CREATE, topic('a', 2)],
      [CREATE, { kind: 'exists' }],
      [RETENTION, { kind: 'config', value: '5' }],
      [{ kind: 'alter-config', config: 'retention.ms', value: null }, DONE],
      [RETENTION, { kind: 'config', value: null }],
      [{ kind: 'create-partitions', count: 4 }, DONE],
      [{ kind: 'create-partitions', count: 4 }, { kind: 'too-few' }],
      [DESCRIBE, topic('a', 4)],
      [{ kind: 'delete' }, DONE],
      [{ kind: 'delete' }, UNKNOWN],
      [{ kind: 'exists' }, UNKNOWN],
      // Old, but not of the session that has seen it gone.
      [{ kind: 'describe', session: 'node 2' }, topic('a', 2)],
      [DESCRIBE, UNKNOWN],
    );
    expect(judgeMetadata(operations)).toEqual({ linearizable: 1, unknown: 0 });
  });

  const wrong: readonly (readonly [string, readonly MetadataOperation[]])[] = [
    ['a topic is created twice', sequence([CREATE, topic('a', 2)], [CREATE, topic('b', 2)])],
    ['a topic is deleted that nobody made', sequence([{ kind: 'delete' }, DONE])],
    [
      'it exists for the controller after it was deleted',
      sequence([CREATE, topic('a', 2)], [{ kind: 'delete' }, DONE], [{ kind: 'exists' }, { kind: 'exists' }]),
    ],
    ['one that was just created does not exist', sequence([CREATE, topic('a', 2)], [{ kind: 'exists' }, UNKNOWN])],
    ['it has more partitions than ever were asked for', sequence([CREATE, topic('a', 2)], [DESCRIBE, topic('a', 3)])],
    [
      'a session goes back',
      sequence(
        [CREATE, topic('a', 2)],
        [{ kind: 'create-partitions', count: 3 }, DONE],
        [DESCRIBE, topic('a', 3)],
        [DESCRIBE, topic('a', 2)],
      ),
    ],
    ['another id', sequence([CREATE, topic('a', 2)], [DESCRIBE, topic('b', 2)])],
    ['a config that was never set', sequence([CREATE, topic('a', 2)], [RETENTION, { kind: 'config', value: '6' }])],
    [
      'partitions are added where they were',
      sequence([CREATE, topic('a', 2)], [{ kind: 'create-partitions', count: 2 }, DONE]),
    ],
    [
      'an unknown creation has the id of a known one',
      sequence(
        [CREATE, topic('a', 2)],
        [DESCRIBE, topic('a', 2)],
        [{ kind: 'delete' }, DONE],
        [DESCRIBE, UNKNOWN],
        [CREATE],
        [DESCRIBE, topic('a', 2)],
      ),
    ],
  ];
  it.each(wrong)('R11: %s', (_title, operations) => {
    expect(() => judgeMetadata(operations)).toThrow(/^R11: t: /);
  });

  it('a creation of which nobody knows explains a topic, and its id is learnt once', () => {
    const seen = sequence([CREATE], [DESCRIBE, topic('x', 2)], [DESCRIBE, topic('x', 2)]);
    expect(judgeMetadata(seen)).toEqual({ linearizable: 1, unknown: 0 });
    const two = sequence([CREATE], [DESCRIBE, topic('x', 2)], [DESCRIBE, topic('y', 2)]);
    expect(() => judgeMetadata(two)).toThrow(/^R11: /);
  });

  it('what a refusal without effect says is nothing', () => {
    expect(judgeMetadata(sequence([CREATE, { kind: 'refused' }], [{ kind: 'exists' }, UNKNOWN])).linearizable).toBe(1);
  });
});
