/**
 * A thread of the fuzzer: runs pieces, one at a time, and tells what came of them.
 *
 * ```
 *  main ──piece──▶ thread ──failure, done──▶ main          index of the execution under way: shared memory, seen during a hang
 * ```
 */
import { parentPort, workerData } from 'node:worker_threads';
import { runRange } from './run.ts';
import type { Failure } from './run.ts';
import { shrink } from './shrink.ts';
import { targetNamed } from './targets.ts';
import type { Piece } from './work.ts';

/** What a thread is started with. */
export interface ThreadData {
  readonly seed: string;
  /** One float64: the index of the execution that runs. */
  readonly at: SharedArrayBuffer;
}

export type ThreadMessage =
  | { readonly kind: 'failure'; readonly failure: Failure }
  | { readonly kind: 'done'; readonly piece: Piece; readonly tally: ReadonlyMap<string, number> };

/** Failures of one kind that are shrunk; the others are only counted. */
const SHRUNK_OF_A_KIND = 1;

export function startThread(): void {
  const port = parentPort;
  if (port === null) return;
  const { seed, at } = workerData as ThreadData;
  const shown = new Float64Array(at);
  const seen = new Map<string, number>();
  const tell = (message: ThreadMessage): void => port.postMessage(message);
  const run = async (piece: Piece): Promise<void> => {
    const target = targetNamed(piece.target);
    if (target === null) return;
    const tally = new Map<string, number>();
    const index = (now: number): void => void (shown[0] = now);
    const onFailure = async (failure: Failure): Promise<void> => {
      const before = seen.get(failure.kind) ?? 0;
      seen.set(failure.kind, before + 1);
      const chosen = target.cases.find(({ name }) => name === failure.case);
      const isShrunk = before < SHRUNK_OF_A_KIND && chosen !== undefined;
      const input = isShrunk ? await shrink(chosen, failure.input, failure.kind) : failure.input;
      tell({ kind: 'failure', failure: { ...failure, input } });
    };
    await runRange(target, seed, piece, { index, tally, failure: onFailure });
    tell({ kind: 'done', piece, tally });
  };
  port.on('message', (piece: Piece) => void run(piece));
}
