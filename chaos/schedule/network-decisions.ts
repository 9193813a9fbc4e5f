/**
 * What is done to the links between machines; each direction by itself.
 *
 *   block    nothing that `from` sends arrives at `to`, until `unblock`
 *   latency  what `from` sends takes `least` milliseconds plus an exponential tail with mean `tail`, until `usual-latency`
 *   flips    one in so many deliveries has one bit flipped; 0: none
 */
import { onLink } from './act.ts';
import type { Act, OnLink } from './act.ts';

export interface LatencyOf extends OnLink {
  readonly least: number;
  readonly tail: number;
}

export interface Flips extends OnLink {
  readonly oneIn: number;
}

export const NETWORK_DECISIONS = {
  block: onLink<OnLink>(({ world }, from, to) => world.network.block(from, to)),
  unblock: onLink<OnLink>(({ world }, from, to) => world.network.unblock(from, to)),
  latency: onLink<LatencyOf>(({ world }, from, to, { least, tail }) =>
    world.network.setLatency(from, to, { least, tail }),
  ),
  'usual-latency': onLink<OnLink>(({ world }, from, to) =>
    world.network.setLatency(from, to, world.network.links.defaultLatency),
  ),
  flips: onLink<Flips>(({ world }, from, to, { oneIn }) => {
    world.network.links.link(from.index, to.index).flipOneIn = oneIn;
  }),
} as const satisfies Readonly<Record<string, Act<never>>>;
