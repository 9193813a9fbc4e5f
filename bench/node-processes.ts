/** What processes have used, as /proc says: CPU seconds (10 ms steps) and resident memory. Linux only. */
import { readFileSync } from 'node:fs';

const TICKS_PER_SECOND = 100;
const PAGE_BYTES = 4096;

/** User and system CPU seconds of all `pids` together; those that are gone count 0. */
export function cpuSeconds(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + cpuOf(pid), 0);
}

function statOf(pid: number): readonly string[] | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return null;
  }
}

function cpuOf(pid: number): number {
  const fields = statOf(pid);
  return fields === null ? 0 : (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** Resident bytes. */
export function residentBytes(pid: number): number {
  const fields = statOf(pid);
  return fields === null ? 0 : Number(fields[21]) * PAGE_BYTES;
}

/** Share of one core that everybody on the machine uses, in CPU seconds since boot. */
export function machineCpuSeconds(): number {
  const line = readFileSync('/proc/stat', 'utf8').split('\n')[0] ?? '';
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0] = line.split(/\s+/).slice(1).map(Number);
  return (user + nice + system + irq + softirq) / TICKS_PER_SECOND;
}

/** Measures a stretch: wall time, CPU of the nodes, of this process, and of everything else on the machine. */
export class Stretch {
  readonly #pids: readonly number[];
  readonly #started = performance.now();
  readonly #nodes: number;
  readonly #machine = machineCpuSeconds();
  readonly #own = process.cpuUsage();

  constructor(pids: readonly number[]) {
    this.#pids = pids;
    this.#nodes = cpuSeconds(pids);
  }

  end(): { readonly seconds: number; readonly nodesCpu: number; readonly ownCpu: number; readonly otherCores: number } {
    const seconds = (performance.now() - this.#started) / 1000;
    const nodesCpu = cpuSeconds(this.#pids) - this.#nodes;
    const { user, system } = process.cpuUsage(this.#own);
    const ownCpu = (user + system) / 1e6;
    const otherCores = Math.max(0, machineCpuSeconds() - this.#machine - nodesCpu - ownCpu) / seconds;
    return { seconds, nodesCpu, ownCpu, otherCores };
  }
}
