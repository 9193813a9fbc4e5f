/**
 * What runs in a copy with a bug: campaigns of seeds, one after the other, until one fails. A program of its own, so that
 * a bug may hang or end it; the only place here that knows how a campaign is called.
 *
 *   node seed-runner.js '{"from":1,"seeds":20,"faults":["kill"],"shape":{"nodes":5}}'
 *
 * One line of JSON on stdout for each seed: `{"seed":1}`, and for the one that failed `{"seed":2,"reason":"Violation: R7: …"}`.
 */
import { writeSync } from 'node:fs';
import { campaign, CampaignFailure } from '../nemesis/index.ts';
import type { FaultName, FixedShape } from '../nemesis/index.ts';

interface Order {
  readonly from: number;
  readonly seeds: number;
  /** Null: as the seed draws. */
  readonly faults: readonly FaultName[] | null;
  readonly shape: FixedShape | null;
}

function say(line: { readonly seed: number; readonly reason?: string }): void {
  writeSync(1, `${JSON.stringify(line)}\n`);
}

function reasonOf(error: unknown): string {
  if (error instanceof CampaignFailure) return error.reason;
  return (error instanceof Error ? `${error.name}: ${error.message}` : String(error)).split('\n')[0] ?? '';
}

const { from, seeds, faults, shape } = JSON.parse(process.argv[2] ?? '') as Order;
let seed = from;
const failed = (error: unknown): never => {
  say({ seed, reason: reasonOf(error) });
  process.exit(1);
};
// A node's process would have ended by it.
process.on('uncaughtException', failed);
process.on('unhandledRejection', failed);
for (; seed < from + seeds; seed += 1) {
  try {
    await campaign({ seed, ...(faults === null ? {} : { faults }), ...(shape === null ? {} : { shape }) });
  } catch (error) {
    failed(error);
  }
  say({ seed });
}
