/**
 * What is done to the links between machines; each direction by itself. What has an end is ended by the same decision with its last
 * argument as it usually is.
 *
 *   block     nothing that `from` sends arrives at `to`, until `unblock`
 *   latency   what `from` sends takes `least` milliseconds plus an exponential tail with mean `tail`, until `usual-latency`
 *   flips     one in so many deliveries has one bit flipped; 0: none
 *   spread    each connection is up to so many milliseconds later than the others; 0: none is
 *   drip      so many bytes a second of each connection; 0: no limit
 *   mtu       what is handed over in longer pieces never arrives, nor what comes behind it; 0: everything does
 *   window    closed: connections stand and can be made, but nothing is read at `to`
 *   connects  requests for a connection are refused or lost
 *   cut       connections are reset or ended when `after` bytes more have arrived, wherever that is in a frame; 0: now
 *   swallow   connections stand for ever, and nothing more of what `from` sends arrives: a firewall has forgotten them
 *   forget    `from` finds its connections with `to` reset, `to` hears nothing until it sends
 */
import type { SimCluster } from '../cluster/index.ts';
import type { CutKind, LinkTroubles, Machine } from '../sim/index.ts';
import { onLink } from './act.ts';
import type { Act, OnLink } from './act.ts';

export interface LatencyOf extends OnLink {
  readonly least: number;
  readonly tail: number;
}

export interface Flips extends OnLink {
  readonly oneIn: number;
}

export interface Spread extends OnLink {
  readonly milliseconds: number;
}

export interface Drip extends OnLink {
  readonly bytesPerSecond: number;
}

export interface Mtu extends OnLink {
  readonly bytes: number;
}

export interface Window extends OnLink {
  readonly isClosed: boolean;
}

export interface Connects extends OnLink {
  readonly how: LinkTroubles['connects'];
}

export interface OnConnections extends OnLink {
  /** The n-th of those that are open, oldest first, counted round; null: all. */
  readonly which: number | null;
}

export interface Cut extends OnConnections {
  readonly how: CutKind;
  readonly after: number;
}

function trouble<Arguments extends OnLink>(troubles: (what: Arguments) => Partial<LinkTroubles>): Act<Arguments> {
  return onLink<Arguments>(({ world }, from, to, what) => world.network.trouble(from, to, troubles(what)));
}

/** `act` answers how many connections there were. */
function onConnections<Arguments extends OnLink>(
  act: (cluster: SimCluster, from: Machine, to: Machine, what: Arguments) => number,
): Act<Arguments> {
  return onLink<Arguments>((cluster, from, to, what) =>
    act(cluster, from, to, what) === 0 ? `${from.name} has no connection with ${to.name}` : undefined,
  );
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
  flips: trouble<Flips>(({ oneIn }) => ({ flipOneIn: oneIn })),
  spread: trouble<Spread>(({ milliseconds }) => ({ spread: milliseconds })),
  drip: trouble<Drip>(({ bytesPerSecond }) => ({ bytesPerSecond })),
  mtu: trouble<Mtu>(({ bytes }) => ({ bytesMax: bytes })),
  window: trouble<Window>(({ isClosed }) => ({ isUnread: isClosed })),
  connects: trouble<Connects>(({ how }) => ({ connects: how })),
  cut: onConnections<Cut>(({ world }, from, to, { how, after, which }) =>
    world.network.cut(from, to, how, after, which),
  ),
  swallow: onConnections<OnConnections>(({ world }, from, to, { which }) => world.network.swallow(from, to, which)),
  forget: onConnections<OnConnections>(({ world }, from, to, { which }) => world.network.forget(from, to, which)),
} as const satisfies Readonly<Record<string, Act<never>>>;
