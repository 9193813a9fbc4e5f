/**
 * Seeds of one copy, in a process of its own, until one fails: how many it took, and which invariant saw it.
 *
 * A process that says nothing for long hangs in one seed, which a user would notice too; one that dies without a word has
 * found a bug of the suite, not of the product.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Hint } from './mutant.ts';

export interface Hunt {
  readonly program: string;
  /** Null: everything as the seed draws it. */
  readonly hint: Hint | null;
  readonly from: number;
  readonly seeds: number;
  /** A seed passed. */
  readonly onSeed: (seed: number) => void;
  /** Holds the process while it runs. */
  readonly children: Set<ChildProcess>;
}

export type Caught =
  | { readonly kind: 'caught'; readonly seed: number; readonly invariant: string; readonly reason: string }
  | { readonly kind: 'survived' }
  /** The process died, and not by a seed. */
  | { readonly kind: 'broken'; readonly reason: string };

/** Wall-clock milliseconds that one seed may take; one takes about a second. */
const SEED_MAX_MS = 300_000;
const TEXT_MAX = 200;

/** Runs seeds `from`, `from + 1`, … until one fails. */
export function hunt({ program, hint, from, seeds, onSeed, children }: Hunt): Promise<Caught> {
  const order = { from, seeds, faults: hint?.faults ?? null, shape: hint?.shape ?? null };
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [program, JSON.stringify(order)], { stdio: ['ignore', 'pipe', 'pipe'] });
    children.add(child);
    let seed = from;
    let caught: Caught | null = null;
    let errors = '';
    const hangs = (): void => {
      const reason = `seed ${seed} does not end`;
      caught = { kind: 'caught', seed, invariant: 'hang', reason };
      child.kill('SIGKILL');
    };
    let patience = setTimeout(hangs, SEED_MAX_MS);
    createInterface({ input: child.stdout }).on('line', (text) => {
      const line = JSON.parse(text) as { readonly invariant?: string; readonly text?: string };
      clearTimeout(patience);
      patience = setTimeout(hangs, SEED_MAX_MS);
      if (line.invariant !== undefined)
        caught = { kind: 'caught', seed, invariant: line.invariant, reason: (line.text ?? '').slice(0, TEXT_MAX) };
      else onSeed(seed);
      seed += 1;
    });
    child.stderr.on('data', (chunk: Buffer) => (errors = `${errors}${chunk.toString()}`.slice(-4000)));
    child.on('close', (code, signal) => {
      clearTimeout(patience);
      children.delete(child);
      if (caught !== null) return resolve(caught);
      if (code === 0) return resolve({ kind: 'survived' });
      resolve({
        kind: 'broken',
        reason: `ended by ${signal ?? code} in seed ${seed}: ${errors.trim().slice(-TEXT_MAX)}`,
      });
    });
  });
}
