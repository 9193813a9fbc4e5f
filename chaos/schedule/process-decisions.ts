/**
 * What is done to processes and the machines under them.
 *
 *   kill        kill -9                              stop     SIGTERM: controlled shutdown
 *   exit        ends itself, as without memory       start    begins with what is on the disk
 *   kill-at     kill -9 or a power loss at the n-th disk operation, event, timer or write to a connection
 *   power-loss  what was not synced is lost, kept or a mix of both; the machine is off until `start`
 *   pause       SIGSTOP   resume  SIGCONT            wipe     an empty disk in place of the old one
 *   handles     nothing can be opened or accepted any more, or again
 *   configure   other settings from the next start on
 *   twin        a second process with the node's id, on an empty disk of its own; `end-twin` kills it
 */
import { onMachine, onRunning } from './act.ts';
import type { Act, OnNode } from './act.ts';
import type { OnOrOff } from './disk-decisions.ts';
import type { SimCluster } from '../cluster/index.ts';
import type { CrashMode, DiskOperation } from '../sim/index.ts';

export const PROCESS_DECISIONS = {
  kill: onRunning((cluster, node) => cluster.kill(node)),
  'kill-at': killAt,
  start: (cluster, { node }) => {
    if (!cluster.numbers().includes(node)) return `there is no node ${node}`;
    if (cluster.machine(node).running) return `node ${node} runs already`;
    cluster.launch(node);
    return null;
  },
  stop: onRunning((cluster, node) => void cluster.stop(node)),
  'power-loss': (cluster, { node, mode }) => {
    if (!cluster.numbers().includes(node)) return `there is no node ${node}`;
    cluster.powerLoss(node, mode);
    return null;
  },
  pause: onRunning((cluster, node) => cluster.machine(node).pause()),
  resume: onMachine<OnNode>((machine) => machine.resume()),
  wipe: onMachine<OnNode>((machine) => {
    if (machine.running) return `${machine.name} runs`;
    machine.wipe();
    return undefined;
  }),
  exit: (cluster, { node }) => {
    if (!cluster.numbers().includes(node)) return `there is no node ${node}`;
    if (!cluster.machine(node).running) return `node ${node} does not run`;
    cluster.machine(node).abort(134, 'out of memory');
    return null;
  },
  handles: onMachine<OnOrOff>((machine, { on }) => {
    machine.outOfHandles = on;
  }),
  configure: (cluster, { node, settings }) => {
    if (!cluster.numbers().includes(node)) return `there is no node ${node}`;
    return cluster.configure(node, settings);
  },
  twin: (cluster, { node }) => {
    if (!cluster.numbers().includes(node)) return `there is no node ${node}`;
    if (cluster.twin(node).running) return `node ${node} has a twin already`;
    cluster.launchTwin(node);
    return null;
  },
  'end-twin': (cluster, { node }) => {
    if (!cluster.numbers().includes(node)) return `there is no node ${node}`;
    cluster.twin(node).kill();
    return null;
  },
} as const satisfies Readonly<Record<string, Act<never>>> & {
  readonly start: Act<OnNode>;
  readonly exit: Act<OnNode>;
  readonly configure: Act<OnNode & { readonly settings: readonly string[] }>;
  readonly twin: Act<OnNode>;
  readonly 'end-twin': Act<OnNode>;
  readonly 'power-loss': Act<OnNode & { readonly mode: CrashMode }>;
};

export interface KillAt extends OnNode {
  /** The n-th from now, from 1. */
  readonly operation: number;
  /** Before it takes effect, or when it has and nobody knows yet. */
  readonly phase: 'start' | 'done';
  /** Of what; default `disk`: files and the key-value store. */
  readonly of?: 'disk' | 'event' | 'timer' | 'write';
  /** Of the disk's, only operations of that name and of paths that contain this. */
  readonly name?: DiskOperation;
  readonly path?: string;
  /** The power fails, too. */
  readonly mode?: CrashMode;
}

function killAt(cluster: SimCluster, what: KillAt): string | null {
  const { node, operation, phase, of = 'disk', name, path, mode } = what;
  if (!cluster.numbers().includes(node)) return `there is no node ${node}`;
  const machine = cluster.machine(node);
  let left = operation;
  const count = (): void => {
    left -= 1;
    if (left > 0) return;
    machine.disk.watch = null;
    machine.watch = null;
    if (mode === undefined) cluster.kill(node);
    else cluster.powerLoss(node, mode);
  };
  if (of === 'disk') {
    machine.disk.watch = (done, reached, where) => {
      if (reached === phase && (name ?? done) === done && where.includes(path ?? '')) count();
    };
  } else {
    machine.watch = (done, reached) => {
      if (reached === phase && of === done) count();
    };
  }
  return null;
}
