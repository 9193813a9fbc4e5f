/**
 * A machine of the world: what survives its processes (disk, clocks, boot id), and at most one live process.
 *
 *   ports()      starts a process: a fresh set of ports, poisoned when it dies
 *   kill()       kill -9: the page cache stays
 *   powerLoss()  the machine dies too: unsynced data is kept, lost or torn, the boot id changes
 *   pause()      SIGSTOP: its events are held back; resume() brings them as a burst
 */
import { assert } from '../../raft/index.ts';
import type { Random } from '../../raft/index.ts';
import { drawCrashMode } from './disk-tree.ts';
import type { CrashMode } from './disk-tree.ts';
import { Life } from './life.ts';
import type { Scheduler } from './scheduler.ts';
import { MachineClock, SimClock } from './sim-clock.ts';
import { SimDiskPort } from './sim-disk-port.ts';
import { SimDisk } from './sim-disk.ts';
import { SimKeyValueOpener, SimKeyValueStores } from './sim-key-value.ts';

export interface MachineParts {
  readonly name: string;
  readonly index: number;
  readonly random: Random;
  readonly scheduler: Scheduler;
  readonly wallStart: number;
}

export class Machine {
  readonly name: string;
  readonly index: number;
  readonly clock: MachineClock;
  readonly disk: SimDisk;
  readonly #random: Random;
  readonly #scheduler: Scheduler;
  readonly #stores: SimKeyValueStores;
  #life: Life | null = null;
  #lives = 0;
  #paused = false;

  constructor(parts: MachineParts) {
    this.name = parts.name;
    this.index = parts.index;
    this.#random = parts.random;
    this.#scheduler = parts.scheduler;
    this.clock = new MachineClock(parts.scheduler, parts.random.fork('clock').below(1_000_000), parts.wallStart);
    this.disk = new SimDisk(parts.random.fork('disk'));
    this.#stores = new SimKeyValueStores(this.disk);
  }

  /** Whether a process runs here. */
  get running(): boolean {
    return this.#life !== null && this.#life.alive;
  }

  /** Starts a process; none may be running. */
  ports() {
    assert(!this.running, () => `${this.name} runs already`);
    this.#lives += 1;
    const label = `${this.name}/${this.#lives}`;
    const life = new Life(this.#scheduler, this.index, label, this.#random.fork(`chance ${label}`), () => this.#paused);
    this.#life = life;
    return {
      clock: new SimClock(life, this.clock),
      random: this.#random.fork(`node ${label}`),
      disk: new SimDiskPort(life, this.disk),
      keyValues: new SimKeyValueOpener(life, this.#stores),
    };
  }

  /** kill -9 of the process; nothing happens when none runs. */
  kill(): void {
    if (!this.running) return;
    this.#scheduler.trace.add('kill', this.#scheduler.now, this.index, this.#lives, 0);
    this.#life?.end();
    this.disk.loseProcess();
  }

  /** The power of the machine fails, process or not. `mode` is drawn from the seed when absent. */
  powerLoss(mode?: CrashMode): void {
    this.#scheduler.trace.add('power-loss', this.#scheduler.now, this.index, this.#lives, 0);
    this.#life?.end();
    const drawn = mode ?? drawCrashMode(this.disk.chance);
    this.disk.losePower(drawn);
    this.#stores.losePower(drawn);
  }

  /** SIGSTOP: nothing is delivered to this machine until {@link resume}. */
  pause(): void {
    this.#scheduler.trace.add('pause', this.#scheduler.now, this.index, 0, 0);
    this.#paused = true;
  }

  /** SIGCONT: all that was held back comes at once. */
  resume(): void {
    this.#scheduler.trace.add('resume', this.#scheduler.now, this.index, 0, 0);
    this.#paused = false;
    this.#life?.release();
  }

  /** One line for failure reports. */
  describe(): string {
    const state = this.running ? (this.#paused ? 'paused' : 'running') : 'down';
    return `${state}, life ${this.#lives}`;
  }
}
