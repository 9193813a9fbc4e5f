/**
 * Faults of the network, made by the proxies. Each lasts until it resolves; the run then heals all links.
 */
import { duration, pick, some } from './fault-context.ts';
import type { LiveFault, LiveFaultContext } from './fault-context.ts';
import { CLIENTS } from './links.ts';
import { pass } from './live-home.ts';

/** Two different nodes. */
function twoOf({ cluster, random }: LiveFaultContext): readonly [number, number] | null {
  const [one, other] = some(random, cluster.numbers(), 2);
  return one === undefined || other === undefined ? null : [one, other];
}

async function isolate(context: LiveFaultContext, kind: string, node: number | null): Promise<void> {
  const { cluster, random, note } = context;
  if (node === null) return;
  const withClients = random.below(2) === 0;
  const milliseconds = duration(random, 300, 6000);
  note(kind, `node ${node}${withClients ? '' : ' from nodes only'} for ${milliseconds} ms`);
  const others = cluster.numbers().filter((each) => each !== node);
  cluster.links.partition([node], withClients ? [...others, CLIENTS] : others);
  await pass(milliseconds);
}

/** What one pair's link is to do for a while. */
async function shaped(
  context: LiveFaultContext,
  kind: string,
  change: Parameters<LiveFaultContext['cluster']['links']['shape']>[2],
): Promise<void> {
  const pair = twoOf(context);
  if (pair === null) return;
  const [from, to] = pair;
  const milliseconds = duration(context.random, 500, 4000);
  context.note(kind, `${from} > ${to} for ${milliseconds} ms`);
  context.cluster.links.shape(from, to, change);
  await pass(milliseconds);
}

/** Something that happens at once to the connections of a pair, or of the clients and a node. */
function once(
  kind: string,
  harm: (proxy: ReturnType<LiveFaultContext['cluster']['links']['proxy']>) => void,
): LiveFault {
  return async (context) => {
    const { cluster, random, note } = context;
    const to = pick(random, cluster.numbers());
    const from = pick(
      random,
      [CLIENTS, ...cluster.numbers()].filter((each) => each !== to),
    );
    if (from === null || to === null) return;
    note(kind, `${from} and ${to}`);
    for (const proxy of cluster.links.between(from, to)) harm(proxy);
    await pass(duration(random, 100, 1500));
  };
}

export const NETWORK_FAULTS = {
  isolate: async (context) => isolate(context, 'isolate', pick(context.random, context.cluster.numbers())),
  'isolate-leader': async (context) => isolate(context, 'isolate-leader', await context.leader()),
  'isolate-controller': async (context) => isolate(context, 'isolate-controller', await context.controller()),
  'one-way': async (context) => {
    const pair = twoOf(context);
    if (pair === null) return;
    const [from, to] = pair;
    const milliseconds = duration(context.random, 300, 6000);
    context.note('one-way', `${from} > ${to} lost for ${milliseconds} ms`);
    context.cluster.links.block(from, to);
    await pass(milliseconds);
  },
  'cut-pair': async (context) => {
    const pair = twoOf(context);
    if (pair === null) return;
    const [one, other] = pair;
    const milliseconds = duration(context.random, 300, 6000);
    context.note('cut-pair', `${one} <> ${other} for ${milliseconds} ms`);
    context.cluster.links.partition([one], [other]);
    await pass(milliseconds);
  },
  flap: async (context) => {
    const { cluster, random, note, active } = context;
    const node = pick(random, cluster.numbers());
    if (node === null) return;
    note('flap', `node ${node} comes and goes`);
    const others = cluster.numbers().filter((each) => each !== node);
    for (let time = 0; time < 4 && active(); time += 1) {
      cluster.links.partition([node], others);
      await pass(duration(random, 200, 1500));
      cluster.links.heal();
      await pass(duration(random, 100, 800));
    }
  },
  'clients-cut': async ({ cluster, random, note }) => {
    const node = pick(random, cluster.numbers());
    if (node === null) return;
    const milliseconds = duration(random, 300, 4000);
    note('clients-cut', `clients from node ${node} for ${milliseconds} ms`);
    cluster.links.partition([CLIENTS], [node]);
    await pass(milliseconds);
  },
  delay: async (context) =>
    shaped(context, 'delay', { delayMs: 100 + context.random.below(400), jitterMs: context.random.below(200) }),
  throttle: async (context) => shaped(context, 'throttle', { bytesPerSecond: 2000 * (1 + context.random.below(20)) }),
  corrupt: async (context) => shaped(context, 'corrupt', { flipOneIn: 2 + context.random.below(30) }),
  'cut-connections': once('cut-connections', (proxy) => proxy.cut(false)),
  'cut-mid-frame': once('cut-mid-frame', (proxy) => proxy.cut(true)),
  'half-open': once('half-open', (proxy) => proxy.halfOpen()),
} as const satisfies Readonly<Record<string, LiveFault>>;
