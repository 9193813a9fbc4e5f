/** What processes, clocks and links go through, looked at many times a virtual second. */
import type { SimCluster } from '../cluster/index.ts';
import type { MarkerName, MarkerSink } from './marker-table.ts';

const HALF_AN_HOUR_MS = 1_800_000;
const BACK_MS = 1000;
const PAUSED_MS = 500;
const RATE = 0.02;
const LINKS = 4096;

/** What was last seen of one machine. */
interface SeenMachine {
  condition: 'down' | 'starting' | 'ready';
  /** Processes in a row that died before they were ready. */
  deaths: number;
  /** Since when a leader stands still; null: it moves. */
  pausedSince: number | null;
  wall: number;
  started: object | null;
}

const STANDINGS: Readonly<Record<string, MarkerName | null>> = {
  new: null,
  clean: 'started-clean',
  'same-boot': 'started-after-kill',
  'other-boot': 'started-after-power-loss',
};

export class MachineWatch {
  readonly #markers: MarkerSink;
  readonly #cluster: SimCluster;
  readonly #seen = new Map<number, SeenMachine>();
  readonly #voters: number;
  #ends = 0;

  constructor(markers: MarkerSink, cluster: SimCluster) {
    this.#markers = markers;
    this.#cluster = cluster;
    this.#voters = cluster.config(1).voters.length;
  }

  sweep(): void {
    const numbers = this.#cluster.numbers();
    for (const number of numbers) this.#lookAt(number);
    this.#lookAtClocks(numbers);
    this.#lookAtLinks(numbers);
    this.#lookAtEnds();
    const begun = numbers.every((number) => this.#seen.get(number)?.started !== null);
    if (!begun) return;
    const up = numbers.filter((number) => this.#cluster.machine(number).running);
    if (up.length === 0) this.#markers.reach('whole-cluster-down');
    const voters = numbers.slice(0, this.#voters);
    if (2 * voters.filter((number) => up.includes(number)).length <= voters.length)
      this.#markers.reach('majority-down');
  }

  #lookAt(number: number): void {
    const machine = this.#cluster.machine(number);
    const seen = this.#seenOf(number);
    const condition = !machine.running ? 'down' : this.#cluster.isReady(number) ? 'ready' : 'starting';
    if (seen.condition === 'starting' && condition === 'down') {
      seen.deaths += 1;
      this.#markers.reach(seen.deaths > 1 ? 'died-twice-in-recovery' : 'died-in-recovery');
    }
    if (condition === 'ready') seen.deaths = 0;
    seen.condition = condition;
    const running = this.#cluster.node(number);
    if (running !== null && seen.started !== running) {
      seen.started = running;
      const name = STANDINGS[running.store.standing.kind] ?? null;
      if (name !== null) this.#markers.reach(name);
    }
    this.#lookAtPause(number, seen);
  }

  #seenOf(number: number): SeenMachine {
    let seen = this.#seen.get(number);
    if (seen === undefined) {
      seen = { condition: 'down', deaths: 0, pausedSince: null, wall: 0, started: null };
      this.#seen.set(number, seen);
    }
    return seen;
  }

  #lookAtPause(number: number, seen: SeenMachine): void {
    const { paused, running } = this.#cluster.machine(number);
    const now = this.#cluster.world.now();
    if (paused && running) {
      if (seen.pausedSince === null && this.#leads(number)) seen.pausedSince = now;
      return;
    }
    if (seen.pausedSince !== null && running && now - seen.pausedSince >= PAUSED_MS)
      this.#markers.reach('leader-paused');
    seen.pausedSince = null;
  }

  #leads(number: number): boolean {
    const node = this.#cluster.node(number)?.node;
    return node !== undefined && node.hosting.all().some(({ leading }) => leading !== null);
  }

  #lookAtClocks(numbers: readonly number[]): void {
    let least = Infinity;
    let most = -Infinity;
    for (const number of numbers) {
      const { clock, running } = this.#cluster.machine(number);
      const wall = clock.wallNow();
      const seen = this.#seenOf(number);
      if (running && wall < seen.wall - BACK_MS) this.#markers.reach('wall-clock-back');
      seen.wall = wall;
      least = Math.min(least, wall);
      most = Math.max(most, wall);
      if (clock.rate > 1 + RATE) this.#markers.reach('clock-too-fast');
      if (clock.rate < 1 - RATE) this.#markers.reach('clock-too-slow');
    }
    if (most - least > HALF_AN_HOUR_MS) this.#markers.reach('wall-clocks-apart');
  }

  /** Only links that somebody has used are looked at. */
  #lookAtLinks(numbers: readonly number[]): void {
    const { links } = this.#cluster.world.network;
    if (links.blockedCount === 0) return;
    const nodes = new Set(numbers.map((number) => this.#cluster.machine(number).index));
    const blocked = new Set<number>();
    for (const link of links.all())
      if (link.blocked && nodes.has(link.from) && nodes.has(link.to)) blocked.add(link.from * LINKS + link.to);
    if (blocked.size === 0) return;
    for (const from of nodes) {
      let open = 0;
      for (const to of nodes) {
        if (from === to) continue;
        const there = blocked.has(from * LINKS + to);
        const back = blocked.has(to * LINKS + from);
        if (there !== back) this.#markers.reach('one-way-partition');
        if (!there && !back) open += 1;
      }
      if (open === 0 && nodes.size > 1 && this.#leads(from + 1)) this.#markers.reach('leader-cut-off');
    }
  }

  #lookAtEnds(): void {
    const { ends } = this.#cluster;
    for (; this.#ends < ends.length; this.#ends += 1) {
      const end = ends[this.#ends];
      if (end?.isData === true) this.#markers.reach('start-refused-damaged');
      else if (end !== undefined) this.#markers.reach('disk-failure-ended-process');
    }
  }
}
