/** Faults of clocks: they run fast or slow, and are wrong. */
import { pick } from './harm.ts';
import type { FaultContext } from './harm.ts';

function rateAndSkew({ cluster, random, act }: FaultContext): void {
  const node = pick(random, cluster.numbers());
  if (node === null) return;
  act({ kind: 'rate', node, rate: 0.95 + 0.1 * random.fraction() });
  act({ kind: 'skew', node, milliseconds: Math.round((random.fraction() - 0.5) * 7_200_000) });
}

export const CLOCK_FAULTS = { 'clock-rate': rateAndSkew } as const;
