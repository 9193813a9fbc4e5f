/** Faults of the network: machines that cannot reach each other, in one or both directions, late or with damaged bytes. */
import { block, duration, isolate, nameOf, pick, pickPair, slowLink } from './harm.ts';
import type { FaultContext } from './harm.ts';

function cutPair(context: FaultContext, both: boolean): void {
  const pair = pickPair(context);
  if (pair === null) return;
  const [from, to] = [nameOf(pair[0]), nameOf(pair[1])];
  const milliseconds = duration(context.random, 50, 6000);
  block(context, from, to, milliseconds);
  if (both) block(context, to, from, milliseconds);
}

function slowNetwork(context: FaultContext): void {
  const { random } = context;
  const pair = pickPair(context);
  if (pair === null) return;
  slowLink(context, pair, { least: 20, tail: 10 ** (1 + 1.5 * random.fraction()) }, duration(random, 200, 5000));
}

function flipBits(context: FaultContext): void {
  const { random, act, later } = context;
  const pair = pickPair(context);
  if (pair === null) return;
  const link = { from: nameOf(pair[0]), to: nameOf(pair[1]) };
  if (!act({ kind: 'flips', ...link, oneIn: 2 + random.below(50) })) return;
  later(duration(random, 100, 3000), () => act({ kind: 'flips', ...link, oneIn: 0 }));
}

export const NETWORK_FAULTS = {
  isolate: (context: FaultContext): void => isolate(context, pick(context.random, context.cluster.numbers())),
  'isolate-controller': (context: FaultContext): void => isolate(context, context.cluster.controller()),
  'one-way': (context: FaultContext): void => cutPair(context, false),
  'cut-pair': (context: FaultContext): void => cutPair(context, true),
  'slow-network': slowNetwork,
  'bit-flips': flipBits,
} as const;
