/**
 * Faults of the network between two machines: what is sent is late, slow, damaged, cut off in the middle, or not read. Who can reach
 * whom at all is in `partition-faults.ts`.
 */
import type { Deed } from '../schedule/index.ts';
import type { LinkTroubles } from '../sim/index.ts';
import { duration, nameOf, pick, pickPair, shuffled, slowLink } from './harm.ts';
import type { FaultContext } from './harm.ts';
import { PARTITION_FAULTS } from './partition-faults.ts';

interface Way {
  readonly from: string;
  readonly to: string;
}

/** Between two nodes or, one time in four, between a node and a client; either direction. */
function pickWay(context: FaultContext): Way | null {
  const { cluster, random } = context;
  const pair = pickPair(context);
  const nodes = new Set(cluster.numbers().map(nameOf));
  const clients = cluster.world.machines().flatMap(({ name }) => (nodes.has(name) ? [] : [name]));
  const withClient = random.below(4) === 0;
  const turned = random.below(2) === 0;
  const client = pick(random, clients);
  const node = pick(random, [...nodes]);
  if (withClient && client !== null && node !== null)
    return turned ? { from: client, to: node } : { from: node, to: client };
  return pair === null ? null : { from: nameOf(pair[0]), to: nameOf(pair[1]) };
}

/** Something about one way for a while; half the time about the way back, too. */
function forAWhile(
  context: FaultContext,
  milliseconds: number,
  begin: (way: Way) => Deed,
  end: (way: Way) => Deed,
): void {
  const { random, act, later } = context;
  const way = pickWay(context);
  const both = random.below(2) === 0;
  if (way === null) return;
  for (const each of both ? [way, { from: way.to, to: way.from }] : [way])
    if (act(begin(each))) later(milliseconds, () => act(end(each)));
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

/** In the middle of whatever comes next: a reset or an end of the stream, of one connection or of all. */
function cutConnections(context: FaultContext): void {
  const { random, act } = context;
  const way = pickWay(context);
  if (way === null) return;
  const how = random.below(3) === 0 ? 'end' : 'reset';
  const after = random.below(3) === 0 ? 0 : Math.ceil(10 ** (4 * random.fraction()));
  act({ kind: 'cut', ...way, how, after, which: random.below(2) === 0 ? null : random.below(4) });
}

/** One side has lost its connections, and for a while nothing that it sends arrives, not even that it knows of none. */
function halfOpen(context: FaultContext): void {
  const { random, act, later } = context;
  const way = pickWay(context);
  if (way === null) return;
  const milliseconds = duration(random, 0, 4000);
  const isSilent = random.below(3) > 0;
  if (!act({ kind: 'forget', ...way, which: random.below(2) === 0 ? null : random.below(4) })) return;
  if (isSilent && act({ kind: 'block', ...way })) later(milliseconds, () => act({ kind: 'unblock', ...way }));
}

/**
 * Of connections between nodes only: a client gives its own up after its request's timeout, and nobody else can tell it from a
 * node that does not answer.
 */
function swallowed(context: FaultContext): void {
  const { random, act } = context;
  const pair = pickPair(context);
  if (pair === null) return;
  const way = { from: nameOf(pair[0]), to: nameOf(pair[1]) };
  act({ kind: 'swallow', ...way, which: random.below(3) === 0 ? null : random.below(4) });
}

function connects(context: FaultContext, how: LinkTroubles['connects']): void {
  const { random, act } = context;
  const way = pickWay(context);
  const breaks = random.below(2) === 0;
  const milliseconds = duration(random, 100, 6000);
  if (way === null || !act({ kind: 'connects', ...way, how })) return;
  context.later(milliseconds, () => act({ kind: 'connects', ...way, how: 'usual' }));
  // Without this nobody may want a connection meanwhile.
  if (breaks) act({ kind: 'cut', ...way, how: 'reset', after: 0, which: null });
}

/**
 * Schedules with priorities (after Burckhardt et al., "A randomized scheduler with probabilistic guarantees of finding bugs",
 * 2010): an order of all nodes is drawn, and the lower one stands in it the later it gets everything; now and then the order is
 * drawn anew. Bugs that need one node to be far behind another, again and again, are rare under equal delays.
 */
function priorities(context: FaultContext): void {
  const { cluster, random, later } = context;
  const changes = 1 + random.below(3);
  const milliseconds = duration(random, 200, 2000);
  const draw = (): void => {
    const order = shuffled(context, cluster.numbers());
    for (const [rank, to] of order.entries()) {
      const least = rank === 0 ? 0 : 2 ** (rank + random.below(5));
      for (const from of order)
        if (from !== to && least > 0) slowLink(context, [from, to], { least, tail: least / 4 }, milliseconds);
    }
  };
  draw();
  for (let change = 1; change < changes; change += 1) later(change * milliseconds, draw);
}

export const NETWORK_FAULTS = {
  ...PARTITION_FAULTS,
  'slow-network': slowNetwork,
  'bit-flips': flipBits,
  priorities,
  'cut-connections': cutConnections,
  'half-open': halfOpen,
  'swallowed-connections': swallowed,
  'refused-connects': (context: FaultContext): void => connects(context, 'refused'),
  'lost-connects': (context: FaultContext): void => connects(context, 'lost'),
  'slow-drip': (context: FaultContext): void => {
    const { random } = context;
    const bytesPerSecond = Math.round(10 ** (2 + 3 * random.fraction()));
    forAWhile(
      context,
      duration(random, 200, 6000),
      (way) => ({ kind: 'drip', ...way, bytesPerSecond }),
      (way) => ({ kind: 'drip', ...way, bytesPerSecond: 0 }),
    );
  },
  'closed-window': (context: FaultContext): void =>
    forAWhile(
      context,
      duration(context.random, 100, 6000),
      (way) => ({ kind: 'window', ...way, isClosed: true }),
      (way) => ({ kind: 'window', ...way, isClosed: false }),
    ),
  'black-hole': (context: FaultContext): void => {
    const bytes = 60 + context.random.below(1400);
    forAWhile(
      context,
      duration(context.random, 200, 6000),
      (way) => ({ kind: 'mtu', ...way, bytes }),
      (way) => ({ kind: 'mtu', ...way, bytes: 0 }),
    );
  },
  reorder: (context: FaultContext): void => {
    const milliseconds = Math.round(10 ** (0.5 + 2 * context.random.fraction()));
    forAWhile(
      context,
      duration(context.random, 500, 8000),
      (way) => ({ kind: 'spread', ...way, milliseconds }),
      (way) => ({ kind: 'spread', ...way, milliseconds: 0 }),
    );
  },
} as const;
