/**
 * What is fuzzed: targets of cases. A case makes an input from chance and runs it; the input alone must give the run again.
 *
 * ```
 *  seed, target, index ─▶ random ─▶ case ─make─▶ bytes ─run─▶ outcome ('value', 'refused: length', …)
 *                                                        └──▶ throws: a failure
 * ```
 * `run` answers with what happened in a word, for the statistics. Refusals that are declared are outcomes; everything that it
 * throws is a failure, its own {@link Wrong} too.
 */
import type { Random } from '../raft/index.ts';

export interface Case {
  /** Unique in its target. */
  readonly name: string;
  /** A fresh buffer. */
  make(random: Random): Buffer;
  /** Must not keep or change `bytes`. */
  run(bytes: Buffer): string | Promise<string>;
  /** The input in parts that may be left out one by one; absent: any of its bytes may. */
  split?(bytes: Buffer): readonly Buffer[];
  /** How much memory one run may ask for; default {@link allocationMax}. */
  allocationMax?(bytes: Buffer): number;
}

export interface Target {
  readonly name: string;
  readonly about: string;
  /** Of a hundred executions, how many; a run of a case may count for several, as it says in `weight`. */
  readonly share: number;
  /** Executions that one run of a case stands for. */
  readonly weight: number;
  /** Seconds after which a run is a hang. */
  readonly hangSeconds: number;
  readonly cases: readonly Case[];
}

/** Something was answered, but it is not right. */
export class Wrong extends Error {
  override readonly name = 'Wrong';
}

const FLOOR = 8 << 20;
/** A count of one byte may stand for an object with all fields of a struct. */
const PER_BYTE = 4096;

/** Bytes that a decoder may take for an input: in proportion to what was sent, never to what was promised. */
export function allocationMax(bytes: Buffer): number {
  return FLOOR + bytes.length * PER_BYTE;
}
