/** Faults of processes: they die, at every possible moment, are stopped, paused, and come back. Further ones: `life-faults.ts`. */
import { drawMoment } from './life-faults.ts';
import { duration, kill, leaderOfSomething, losePower, pick, running } from './harm.ts';
import type { FaultContext } from './harm.ts';

function pauseOne({ cluster, random, act, later }: FaultContext): void {
  const node = pick(random, running(cluster));
  if (node !== null && act({ kind: 'pause', node })) {
    later(duration(random, 20, 8000), () => act({ kind: 'resume', node }));
  }
}

/** The nemesis starts it again when it has stopped, however long that takes. */
function stopOne({ cluster, random, act }: FaultContext): void {
  const node = pick(random, running(cluster));
  if (node !== null) act({ kind: 'stop', node });
}

/** Dies in the middle of whatever it does with its disk: in a roll, a checkpoint, a snapshot, a rename. */
function killAtDisk({ cluster, random, act, restart }: FaultContext): void {
  const node = pick(random, running(cluster));
  if (node === null) return;
  const operation = 1 + Math.floor(duration(random, 0, 300));
  const phase = random.below(2) === 0 ? 'start' : 'done';
  if (act({ kind: 'kill-at', node, operation, phase })) restart(node, duration(random, 500, 4000));
}

/** Dies, and again while it starts: at one of its first disk operations or events. */
function exitInRecovery({ cluster, random, act, restart, later }: FaultContext): void {
  const node = pick(random, running(cluster));
  if (node === null || !act({ kind: 'kill', node })) return;
  later(100, () => {
    if (cluster.machine(node).running) return;
    act({ kind: 'kill-at', node, ...drawMoment(random, 60) });
    act({ kind: 'start', node });
  });
  restart(node, duration(random, 300, 2000));
}

/** One node after the other goes down in an orderly way and comes back, as for a new version. */
function rollingRestart({ cluster, random, act, later }: FaultContext): void {
  let at = 0;
  for (const node of cluster.numbers()) {
    later(at, () => act({ kind: 'stop', node }));
    at += duration(random, 500, 4000);
  }
}

export const PROCESS_FAULTS = {
  kill: (context: FaultContext): void => kill(context, pick(context.random, running(context.cluster))),
  'kill-leader': (context: FaultContext): void => kill(context, leaderOfSomething(context)),
  'kill-controller': (context: FaultContext): void => kill(context, context.cluster.controller()),
  'kill-all': (context: FaultContext): void => {
    for (const node of running(context.cluster)) kill(context, node);
  },
  'kill-at-disk': killAtDisk,
  'exit-in-recovery': exitInRecovery,
  'power-loss': (context: FaultContext): void => {
    const node = pick(context.random, running(context.cluster));
    if (node !== null) losePower(context, node);
  },
  'power-loss-all': (context: FaultContext): void => {
    for (const node of running(context.cluster)) losePower(context, node);
  },
  stop: stopOne,
  'rolling-restart': rollingRestart,
  pause: pauseOne,
} as const;
