/**
 * Makes an input smaller as long as it fails in the same way: leaves out parts, halves first, then sets bytes to zero.
 */
import { runOne } from './run.ts';
import type { Case } from './target.ts';

const RUNS_MAX = 2000;
/** Sessions take their time. */
const SECONDS_MAX = 60;

/** The smallest input found that fails with `kind`. */
export async function shrink(chosen: Case, bytes: Buffer, kind: string): Promise<Buffer> {
  let runs = 0;
  const end = performance.now() + SECONDS_MAX * 1000;
  const isOver = (): boolean => runs >= RUNS_MAX || performance.now() > end;
  const fails = async (input: Buffer): Promise<boolean> => {
    runs += 1;
    return (await runOne(chosen, input, new Map()))?.kind === kind;
  };
  let parts: readonly Buffer[] = chosen.split?.(bytes) ?? [...bytes].map((byte) => Buffer.from([byte]));
  for (let size = Math.ceil(parts.length / 2); size >= 1 && !isOver(); size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < parts.length && !isOver();) {
      const fewer = [...parts.slice(0, at), ...parts.slice(at + size)];
      if (await fails(Buffer.concat(fewer))) parts = fewer;
      else at += size;
    }
  }
  if (chosen.split !== undefined) return Buffer.concat(parts);
  for (let at = 0; at < parts.length && !isOver(); at += 1) {
    if (parts[at]?.[0] === 0) continue;
    const zeroed = parts.with(at, Buffer.from([0]));
    if (await fails(Buffer.concat(zeroed))) parts = zeroed;
  }
  return Buffer.concat(parts);
}
