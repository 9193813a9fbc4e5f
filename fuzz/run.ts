/**
 * Runs executions of one target by their index: the same seed, target and index are the same input on every machine.
 *
 * A failure is told by its kind (the error and where it was thrown), so that a hundred of one kind are one finding, and the shrinker
 * knows whether a smaller input still fails in the same way.
 */
import v8 from 'node:v8';
import { seededRandom } from '../raft/index.ts';
import { allocationMax, Wrong } from './target.ts';
import type { Case, Target } from './target.ts';

export interface Failure {
  readonly target: string;
  readonly case: string;
  readonly seed: string;
  readonly index: number;
  /** Error and place; equal for failures that are one bug. */
  readonly kind: string;
  readonly message: string;
  /** Shrunk where that was possible. */
  readonly input: Buffer;
}

/** Outcomes and how often each was seen. */
export type Tally = Map<string, number>;

/** Case and input of an execution. */
export function inputOf(
  target: Target,
  seed: string,
  index: number,
): { readonly chosen: Case; readonly bytes: Buffer } {
  const random = seededRandom(`${seed}/${target.name}/${index}`);
  const chosen = target.cases[random.below(target.cases.length)];
  if (chosen === undefined) throw new Wrong(`target ${target.name} has no cases`);
  return { chosen, bytes: chosen.make(random) };
}

/** Runs one input; null: nothing is wrong, and `tally` knows the outcome. */
export async function runOne(
  chosen: Case,
  bytes: Buffer,
  tally: Tally,
): Promise<{ readonly kind: string; readonly message: string } | null> {
  const before = Buffer.from(bytes);
  const taken = allocated();
  try {
    const running = chosen.run(bytes);
    const outcome = typeof running === 'string' ? running : await running;
    const grown = allocated() - taken;
    const bound = (chosen.allocationMax ?? allocationMax)(bytes);
    if (grown > bound) throw new Wrong(`an input of ${bytes.length} bytes took more than ${bound} bytes of memory`);
    if (!before.equals(bytes)) throw new Wrong('the input was changed');
    tally.set(outcome, (tally.get(outcome) ?? 0) + 1);
    return null;
  } catch (error) {
    return { kind: kindOf(error), message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

function allocated(): number {
  const { used_heap_size: heap, external_memory: external } = v8.getHeapStatistics();
  return heap + external;
}

/** Name, text without numbers, and the first place in our own source. */
function kindOf(thrown: unknown): string {
  // What a simulated world says names its seed and time; what happened in it is the cause.
  const error = thrown instanceof Error && thrown.cause instanceof Error ? thrown.cause : thrown;
  if (!(error instanceof Error)) return `thrown: ${String(error)}`;
  const place = (error.stack ?? '').split('\n').find((line) => /^\s+at .*\/(raft|storage|src)\//.test(line)) ?? '';
  const where = /\/((?:raft|storage|src)\/[^:)]+)/.exec(place)?.[1] ?? '';
  // What the parser of JSON says quotes the input.
  if (error instanceof SyntaxError) return `${error.name} ${where}`;
  return `${error.name}: ${
    error.message
      .split('\n')[0]
      ?.replaceAll(/[0-9a-f]*\d[0-9a-f]*/g, '#')
      .slice(0, 80) ?? ''
  } ${where}`.trim();
}

/** Without stacks: to make one costs more than to decode a message. A failure is run again, with them. */
async function runQuick(chosen: Case, bytes: Buffer, tally: Tally): ReturnType<typeof runOne> {
  const lines = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  const wrong = await runOne(chosen, bytes, tally);
  Error.stackTraceLimit = lines;
  return wrong;
}

/** Executions `from` to `to` (excluded); `at` is told each index before it runs, `onFailure` each failure. */
export async function runRange(
  target: Target,
  seed: string,
  range: { readonly from: number; readonly to: number },
  on: {
    readonly index: (index: number) => void;
    readonly failure: (failure: Failure) => void | Promise<void>;
    readonly tally: Tally;
  },
): Promise<void> {
  for (let index = range.from; index < range.to; index += 1) {
    on.index(index);
    const { chosen, bytes } = inputOf(target, seed, index);
    let wrong = await runQuick(chosen, bytes, on.tally);
    if (wrong === null) continue;
    wrong = (await runOne(chosen, bytes, new Map())) ?? wrong;
    const failure = { target: target.name, case: chosen.name, seed, index, ...wrong };
    await on.failure({ ...failure, input: bytes });
  }
}
