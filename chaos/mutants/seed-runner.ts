/**
 * What runs in a copy with a bug: campaigns of seeds, one after the other, until one fails. A program of its own, so that
 * a bug may hang or end it; the only place here that knows how a campaign is called.
 *
 *   node seed-runner.js '{"from":1,"seeds":20,"faults":["kill"],"shape":{"nodes":5}}'
 *
 * One line of JSON on stdout for each seed: `{"seed":1}`, and for the one that failed `{"seed":2,"invariant":"R7","text":"R7: …"}`.
 */
import { writeSync } from 'node:fs';
import { campaign } from '../nemesis/index.ts';
import type { FaultName, FixedShape } from '../nemesis/index.ts';

interface Order {
  readonly from: number;
  readonly seeds: number;
  /** Null: as the seed draws. */
  readonly faults: readonly FaultName[] | null;
  readonly shape: FixedShape | null;
}

function say(line: { readonly seed: number; readonly invariant?: string; readonly text?: string }): void {
  writeSync(1, `${JSON.stringify(line)}\n`);
}

const { from, seeds, faults, shape } = JSON.parse(process.argv[2] ?? '') as Order;
let seed = from;
/** What no seed may let out: a node's process would have ended by it, or the suite is broken. */
const escaped = (error: unknown): never => {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  say({ seed, invariant: 'escaped', text });
  process.exit(1);
};
process.on('uncaughtException', escaped);
process.on('unhandledRejection', escaped);
for (; seed < from + seeds; seed += 1) {
  const chosen = { ...(faults === null ? {} : { faults }), ...(shape === null ? {} : { shape }) };
  // As `flotilla chaos run` names it.
  const { failure } = await campaign({ seed: seed.toString(16), ...chosen });
  if (failure !== null) {
    say({ seed, invariant: failure.invariant, text: failure.text });
    process.exit(1);
  }
  say({ seed });
}
