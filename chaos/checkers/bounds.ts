/**
 * L6: what a process holds is bounded, whatever happens, and none of its steps is long.
 *
 * ```
 *  after every event    what one step did: sends, timers, disk operations           ── O(1): a difference of two counts
 *  every virtual second open files of each process · connections and what is planned, of all machines together
 * ```
 * The bounds are some ten times what a day of runs has shown: what leaks grows without end, and passes any.
 */
import type { SimCluster } from '../cluster/index.ts';
import { violated } from '../workload/history.ts';

/** What a process has open besides the segments that its cache bounds: journal, checkpoints, scans, what is being closed. */
const OTHER_FILES = 100;
/** Things done in one event. */
const STEP_MAX = 2000;
/** Of each machine, clients included: ends of connections, and timers, messages and disk operations that are planned. */
const ENDS_MAX = 100;
const PLANNED_MAX = 500;
const SWEEP_MS = 1000;

export class Bounds {
  readonly #cluster: SimCluster;
  #count = 0;
  #sweepAt = 0;
  /** The most that was seen. */
  readonly most = { step: 0, files: 0, ends: 0, planned: 0 };

  constructor(cluster: SimCluster) {
    this.#cluster = cluster;
  }

  /** After every event, with the index of the machine that it was for; below 0: none. */
  look(machine: number): void {
    const { world } = this.#cluster;
    const { count } = world.trace;
    const done = count - this.#count;
    this.#count = count;
    if (machine >= 0 && done > this.most.step) {
      this.most.step = done;
      if (done > STEP_MAX) violated('L6', `${world.machines()[machine]?.name} did ${done} things in one event`);
    }
    if (world.now() < this.#sweepAt) return;
    this.#sweepAt = world.now() + SWEEP_MS;
    this.#sweep();
  }

  #sweep(): void {
    const { world } = this.#cluster;
    for (const { node } of this.#cluster.nodes()) {
      const number = Number(node.options.config.node);
      const { openFiles } = this.#cluster.machine(number).disk;
      const most = node.options.config.limits.openFilesMax + OTHER_FILES;
      this.most.files = Math.max(this.most.files, openFiles);
      if (openFiles > most) violated('L6', `node ${number} has ${openFiles} files open, ${most} are allowed`);
    }
    const machines = world.machines().length;
    const { openEnds } = world.network;
    this.most.ends = Math.max(this.most.ends, openEnds / machines);
    if (openEnds > machines * ENDS_MAX) violated('L6', `${machines} machines have ${openEnds} ends of connections`);
    const { waiting } = world.scheduler;
    this.most.planned = Math.max(this.most.planned, waiting / machines);
    if (waiting > machines * PLANNED_MAX) violated('L6', `${waiting} events wait for ${machines} machines`);
  }
}
