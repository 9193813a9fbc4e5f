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
import type { Ports } from '../../src/ports/index.ts';
import type { LifeWatch } from './event-queue.ts';
import { Life } from './life.ts';
import type { Scheduler } from './scheduler.ts';
import { MachineClock, SimClock } from './sim-clock.ts';
import { SimDiskPort } from './sim-disk-port.ts';
import { SimDisk } from './sim-disk.ts';
import { SimHost } from './sim-host.ts';
import { SimKeyValueOpener, SimKeyValueStores } from './sim-key-value.ts';
import { MachineLog, SimLogSink } from './sim-log-sink.ts';
import type { NetworkMachine, SimNetwork } from './sim-network.ts';
import { SimPatterns } from './sim-patterns.ts';

export interface MachineParts {
  readonly name: string;
  readonly index: number;
  readonly random: Random;
  readonly scheduler: Scheduler;
  readonly network: SimNetwork;
  readonly wallStart: number;
}

/** A process that ended itself through `Host.exit`. */
export interface Exit {
  readonly life: string;
  /** Virtual milliseconds. */
  readonly at: number;
  readonly code: number;
  readonly reason: string;
}

export class Machine implements NetworkMachine {
  readonly name: string;
  readonly index: number;
  readonly clock: MachineClock;
  readonly disk: SimDisk;
  readonly log = new MachineLog();
  /** Exits so far, oldest first. */
  readonly exits: Exit[] = [];
  /** Called when a process has ended itself; a supervisor may start the next from a later event. */
  onExit: ((exit: Exit) => void) | null = null;
  /** No process here may open or accept anything more: what is open stays. */
  outOfHandles = false;
  #watch: LifeWatch | null = null;
  readonly #network: SimNetwork;
  readonly #random: Random;
  readonly #scheduler: Scheduler;
  readonly #stores: SimKeyValueStores;
  #life: Life | null = null;
  #lives = 0;
  #boots = 1;
  #powered = true;
  #paused = false;

  constructor(parts: MachineParts) {
    this.name = parts.name;
    this.index = parts.index;
    this.#random = parts.random;
    this.#scheduler = parts.scheduler;
    this.clock = new MachineClock(parts.scheduler, parts.random.fork('clock').below(1_000_000), parts.wallStart);
    this.disk = new SimDisk(parts.random.fork('disk'));
    this.#network = parts.network;
    this.#stores = new SimKeyValueStores(this.disk);
  }

  /** Whether a process runs here. */
  get running(): boolean {
    return this.#life !== null && this.#life.alive;
  }

  /** Nothing is delivered to it at the moment. */
  get paused(): boolean {
    return this.#paused;
  }

  /** False from a power loss until the next start. */
  get powered(): boolean {
    return this.#powered;
  }

  /** Gives the machine its power back without starting a process: it refuses connections and resets old ones. */
  powerOn(): void {
    if (this.#powered) return;
    this.#powered = true;
    this.#network.wake(this);
  }

  /** Starts a process (and the machine, when it is off); none may be running. */
  ports(): Ports {
    assert(!this.running, () => `${this.name} runs already`);
    this.#lives += 1;
    const label = `${this.name}/${this.#lives}`;
    const life = new Life(this.#scheduler, this.index, label, this.#random.fork(`chance ${label}`), () => this.#paused);
    life.watch = this.#watch;
    this.#life = life;
    this.powerOn();
    return {
      clock: new SimClock(life, this.clock),
      random: this.#random.fork(`node ${label}`),
      disk: new SimDiskPort(life, this.disk, this),
      keyValues: new SimKeyValueOpener(life, this.#stores),
      network: this.#network.port(life, this),
      host: new SimHost(life, `${this.name}-boot-${this.#boots}`, (code, reason) => this.#exited(label, code, reason)),
      log: new SimLogSink(life, this.log, {}),
      patterns: new SimPatterns(),
    };
  }

  /** Told of every step of the process, and of those after it; null: nobody is. */
  set watch(watch: LifeWatch | null) {
    this.#watch = watch;
    if (this.#life !== null) this.#life.watch = watch;
  }

  /** The process ends itself (no memory, a failed assertion of its runtime); nothing happens when none runs. */
  abort(code: number, reason: string): void {
    const life = this.#life;
    if (life === null || !life.alive) return;
    life.note('exit', code, 0, reason);
    this.#exited(life.label, code, reason);
  }

  /** kill -9 of the process; nothing happens when none runs. */
  kill(): void {
    if (!this.running) return;
    this.#paused = false;
    this.#scheduler.trace.add('kill', this.#scheduler.now, this.index, this.#lives, 0);
    this.#life?.end('process');
    this.disk.loseProcess();
  }

  /** The power of the machine fails, process or not. `mode` is drawn from the seed when absent. */
  powerLoss(mode?: CrashMode): void {
    this.#scheduler.trace.add('power-loss', this.#scheduler.now, this.index, this.#lives, 0);
    this.#life?.end('power');
    this.#powered = false;
    this.#paused = false;
    this.#boots += 1;
    const drawn = mode ?? drawCrashMode(this.disk.chance);
    this.disk.losePower(drawn);
    this.#stores.losePower(drawn);
  }

  /** Another, empty disk in its place; no process may be running. */
  wipe(): void {
    assert(!this.running, () => `${this.name} still runs`);
    this.#scheduler.trace.add('note', this.#scheduler.now, this.index, 0, 0, 'wipe');
    this.disk.wipe();
  }

  /** Damage at rest: the key-value store in that directory cannot be opened any more. False: there is none. */
  damageStore(path: string): boolean {
    this.disk.damages += 1;
    return this.#stores.damage(path);
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

  #exited(life: string, code: number, reason: string): void {
    const exit: Exit = { life, at: this.#scheduler.now, code, reason };
    this.exits.push(exit);
    this.kill();
    this.onExit?.(exit);
  }

  /** One line for failure reports. */
  describe(): string {
    const state = this.running ? (this.#paused ? 'paused' : 'running') : 'down';
    const exits = this.exits.map((exit) => `; ${exit.life} exited ${exit.code}: ${exit.reason}`);
    return `${state}, life ${this.#lives}${exits.slice(-3).join('')}`;
  }
}
