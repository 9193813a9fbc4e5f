/**
 * Faults of processes: kill -9 at any time of a life, pauses, and stops in order.
 *
 * Each resolves when its harm is over; what was killed has been started again, and may be starting still.
 */
import { duration, pick, some } from './fault-context.ts';
import type { LiveFault, LiveFaultContext } from './fault-context.ts';
import { violated } from '../workload/index.ts';
import { eventually, pass } from './live-home.ts';

const STOP_MS = 30_000;

async function killOne(context: LiveFaultContext, kind: string, node: number | null): Promise<void> {
  const { cluster, random, note } = context;
  if (node === null || !cluster.node(node).running) return;
  const down = duration(random, 0, 1500);
  note(kind, `node ${node} for ${down} ms`);
  await cluster.kill(node);
  await pass(down);
  cluster.start(node);
}

/** SIGTERM; the process must end by itself, and with 0. */
async function stopOne({ cluster }: LiveFaultContext, node: number): Promise<void> {
  const process = cluster.node(node);
  void process.stop();
  if (!(await eventually(() => !process.running, STOP_MS)))
    violated('L3', `node ${node} does not end within ${STOP_MS} ms of SIGTERM`);
}

async function pauseFor({ cluster }: LiveFaultContext, nodes: readonly number[], milliseconds: number): Promise<void> {
  for (const node of nodes) cluster.node(node).pause();
  await pass(milliseconds);
  for (const node of nodes) cluster.node(node).resume();
}

export const PROCESS_FAULTS = {
  kill: async (context) => killOne(context, 'kill', pick(context.random, context.cluster.running())),
  'kill-leader': async (context) => killOne(context, 'kill-leader', await context.leader()),
  'kill-controller': async (context) => killOne(context, 'kill-controller', await context.controller()),
  'kill-all': async ({ cluster, random, note }) => {
    note('kill-all', `nodes ${cluster.running().join()}`);
    await cluster.kill(...cluster.numbers());
    await pass(duration(random, 0, 500));
    for (const node of some(random, cluster.numbers(), cluster.numbers().length)) {
      cluster.start(node);
      if (random.below(2) === 0) await pass(duration(random, 0, 400));
    }
  },
  'kill-starting': async ({ cluster, random, note, active }) => {
    const node = pick(random, cluster.running());
    if (node === null) return;
    const times = 1 + random.below(3);
    note('kill-starting', `node ${node}, ${times} times while it starts`);
    await cluster.kill(node);
    for (let time = 0; time < times && active(); time += 1) {
      cluster.start(node);
      await pass(duration(random, 1, 500));
      await cluster.kill(node);
    }
    cluster.start(node);
  },
  'kill-stopping': async ({ cluster, random, note }) => {
    const node = pick(random, cluster.running());
    if (node === null) return;
    note('kill-stopping', `node ${node} while it shuts down`);
    void cluster.node(node).stop();
    await pass(duration(random, 0, 400));
    await cluster.kill(node);
    cluster.start(node);
  },
  stop: async (context) => {
    const { cluster, random, note } = context;
    const node = pick(random, cluster.running());
    if (node === null) return;
    note('stop', `node ${node}`);
    await stopOne(context, node);
    await pass(duration(random, 0, 1000));
    cluster.start(node);
  },
  'rolling-restart': async (context) => {
    const { cluster, note, active } = context;
    note('rolling-restart', 'all nodes, one after the other');
    for (const node of cluster.numbers()) {
      if (!active() || !cluster.node(node).running) continue;
      await stopOne(context, node);
      cluster.start(node);
      await eventually(() => cluster.node(node).ready || !active(), 20_000);
    }
  },
  pause: async (context) => {
    const { cluster, random, note } = context;
    const node = pick(random, cluster.running());
    if (node === null) return;
    const milliseconds = duration(random, 1000, 10_000);
    note('pause', `node ${node} for ${milliseconds} ms`);
    await pauseFor(context, [node], milliseconds);
  },
  'pause-leader': async (context) => {
    const node = await context.leader();
    if (node === null) return;
    const milliseconds = duration(context.random, 1000, 5000);
    context.note('pause-leader', `node ${node} for ${milliseconds} ms`);
    await pauseFor(context, [node], milliseconds);
  },
  'pause-majority': async (context) => {
    const { cluster, random, note } = context;
    const nodes = some(random, cluster.running(), Math.floor(cluster.numbers().length / 2) + 1);
    const milliseconds = duration(random, 1000, 5000);
    note('pause-majority', `nodes ${nodes.join()} for ${milliseconds} ms`);
    await pauseFor(context, nodes, milliseconds);
  },
  'pause-kill': async (context) => {
    // Its peers are held back, writes gather, and it dies before they go on.
    const { cluster, random, note } = context;
    const node = await context.leader();
    if (node === null) return;
    const others = cluster.running().filter((each) => each !== node);
    note('pause-kill', `nodes ${others.join()} held back, node ${node} killed`);
    for (const other of others) cluster.node(other).pause();
    await pass(duration(random, 100, 1500));
    await cluster.kill(node);
    for (const other of others) cluster.node(other).resume();
    await pass(duration(random, 0, 1000));
    cluster.start(node);
  },
  hammer: async (context) => {
    const { cluster, random, note, active } = context;
    note('hammer', 'one node after the other is paused, six times');
    for (let time = 0; time < 6 && active(); time += 1) {
      const node = pick(random, cluster.running());
      if (node !== null) await pauseFor(context, [node], duration(random, 200, 1200));
      await pass(duration(random, 0, 300));
    }
  },
} as const satisfies Readonly<Record<string, LiveFault>>;
