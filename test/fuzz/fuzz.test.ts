/** A short run of the fuzzer, the same every time; and that it sees what it is for, and makes it small. */
import { describe, expect, test } from 'vitest';
import { Sketch } from '../../fuzz/sketch.ts';
import { mutate } from '../../fuzz/mutate.ts';
import { readOptions } from '../../fuzz/options.ts';
import { runRange } from '../../fuzz/run.ts';
import type { Failure, Tally } from '../../fuzz/run.ts';
import { shrink } from '../../fuzz/shrink.ts';
import { Wrong } from '../../fuzz/target.ts';
import type { Case, Target } from '../../fuzz/target.ts';
import { targetNamed, TARGETS } from '../../fuzz/targets.ts';
import { pieces } from '../../fuzz/work.ts';
import { seededRandom } from '../../raft/index.ts';

const RUNS = 2000;
/** Sessions: clusters are slower than decoders. */
const SESSIONS = 3;

async function run(
  target: Target,
  runs: number,
): Promise<{ readonly failures: readonly Failure[]; readonly tally: Tally }> {
  const tally = new Map<string, number>();
  const failures: Failure[] = [];
  const failure = (each: Failure): void => void failures.push(each);
  await runRange(target, 'npm test', { from: 0, to: runs }, { index: () => undefined, tally, failure });
  return { failures, tally };
}

describe('a short run', () => {
  const quick = TARGETS.filter(({ weight }) => weight === 1);

  test.each(quick.map(({ name }) => name))('of %s: a value or a refusal, nothing else', async (name) => {
    const { failures, tally } = await run(targetNamed(name) ?? planted(), RUNS);
    expect(failures.map(({ kind, message }) => [kind, message])).toEqual([]);
    expect([...tally.values()].reduce((sum, count) => sum + count, 0)).toBe(RUNS);
    expect(tally.size).toBeGreaterThan(1);
  });

  test('of sessions: the nodes serve on', async () => {
    const { failures, tally } = await run(targetNamed('sessions') ?? planted(), SESSIONS);
    expect(failures.map(({ kind, message }) => [kind, message])).toEqual([]);
    expect(tally).toEqual(new Map([['served', SESSIONS]]));
  });
});

/** Fails when a 7 stands before a 9, wherever, and takes too much memory for a 255. */
function planted(): Target {
  const only: Case = {
    name: 'only',
    make: (random) => Buffer.from(random.bytes(30)).map((byte) => byte % 12) as Buffer,
    run: (bytes) => {
      const seven = bytes.indexOf(7);
      if (seven !== -1 && bytes.indexOf(9, seven) !== -1) throw new TypeError('a 9 behind a 7');
      if (bytes[0] === 255) return `${Buffer.alloc(1 << 26).length}`;
      return 'value';
    },
  };
  return { name: 'planted', about: '', share: 1, weight: 1, hangSeconds: 1, cases: [only] };
}

describe('what is wrong', () => {
  test('is seen, told by its kind, and made small', async () => {
    const target = planted();
    const { failures } = await run(target, 200);
    expect(failures.length).toBeGreaterThan(50);
    expect(new Set(failures.map(({ kind }) => kind)).size).toBe(1);
    const [failure] = failures;
    const [only] = target.cases;
    if (failure === undefined || only === undefined) throw new Wrong('nothing failed');
    expect([...(await shrink(only, failure.input, failure.kind))]).toEqual([7, 9]);
  });

  test('the same seed gives the same inputs, another seed others', async () => {
    const target = planted();
    const inputs = (failures: readonly Failure[]): readonly string[] =>
      failures.map(({ input }) => input.toString('hex'));
    const first = inputs((await run(target, 100)).failures);
    expect(inputs((await run(target, 100)).failures)).toEqual(first);
  });

  test('memory that was only promised counts', async () => {
    const target = planted();
    const cases = target.cases.map((each): Case => ({ ...each, make: () => Buffer.from([255]) }));
    const { failures } = await run({ ...target, cases }, 3);
    expect(failures.map(({ kind }) => kind)).toContain('Wrong: an input of # bytes took more than # bytes of memory');
  });

  test('a mutation lies about a length and leaves the rest alone', () => {
    const sketch = new Sketch();
    sketch.int16(3, 'length16');
    sketch.raw(Buffer.from('abc'), 'text');
    const seen = new Set<string>();
    for (let seed = 0; seed < 300; seed += 1) seen.add(mutate(seededRandom(String(seed)), sketch, 1).toString('hex'));
    expect(seen).toContain('7fff616263');
    expect(seen).toContain('fffe616263');
    expect(sketch.view().toString('hex')).toBe('0003616263');
  });
});

describe('a run', () => {
  test('is cut into pieces by the shares of the targets, each index once', () => {
    const done = new Map<string, number>();
    for (const { target, from, to } of pieces(TARGETS, 100_000)) {
      expect(from).toBe(done.get(target) ?? 0);
      done.set(target, to);
    }
    expect(done.get('requests')).toBe(40_000);
    expect(done.get('sessions')).toBe(Math.ceil(1000 / (targetNamed('sessions')?.weight ?? 1)));
  });

  test('options that are none are told', () => {
    const given = { cores: 2, seed: 'x', targets: ['files'] };
    expect(readOptions([], given)).toMatchObject({ executions: 1_000_000, jobs: 2, seed: 'x', again: null });
    expect(readOptions(['--target', 'nope'], given)).toContain('files');
    expect(readOptions(['--executions', 'many'], given)).toContain('whole number');
    expect(readOptions(['--index', '3', '--target', 'files'], given)).toContain('--seed');
    expect(readOptions(['--nope'], given)).toContain('--nope');
  });
});
