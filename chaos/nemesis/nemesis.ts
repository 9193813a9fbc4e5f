/**
 * Who plays fate: draws a fault now and then while there is a storm, and restarts what has died, as a supervisor would. All that
 * it does is in its schedule.
 */
import type { Random } from '../../raft/index.ts';
import type { SimCluster } from '../cluster/index.ts';
import type { Schedule } from '../schedule/index.ts';
import type { Budget } from './budget.ts';
import { FAULTS } from './faults.ts';
import type { FaultName } from './faults.ts';
import { duration } from './harm.ts';
import type { FaultContext } from './harm.ts';
import type { CampaignShape } from './shape.ts';

export interface NemesisParts {
  readonly cluster: SimCluster;
  readonly shape: CampaignShape;
  readonly random: Random;
  readonly budget: Budget;
  readonly schedule: Schedule;
}

/** A process that ended itself is started again after so many virtual milliseconds. */
const SUPERVISOR_MS = 200;
/** In a calm somebody looks so often whether a process is gone that nobody was told of: one killed at a step that came late. */
const CALM_LOOK_MS = 10_000;
/** The cluster works undisturbed for so long first. */
const FIRST_MS = 300;

export class Nemesis {
  readonly #parts: NemesisParts;
  readonly #context: FaultContext;
  #isOver = false;
  /** Faults that did something. */
  readonly counts = new Map<FaultName, number>();

  constructor(parts: NemesisParts) {
    this.#parts = parts;
    const { cluster, random, budget, schedule } = parts;
    this.#context = {
      cluster,
      random,
      budget,
      act: (deed) => schedule.act(deed),
      later: (delay, then) =>
        this.#after(delay, () => {
          if (!this.#isOver) then();
        }),
      restart: (node, after) => this.#after(this.#isOver ? 0 : after, () => this.#start(node)),
    };
  }

  /** From now on there are faults, until {@link end}. */
  begin(): void {
    const { cluster, shape, random } = this.#parts;
    cluster.onEnd = (node) => this.#onEnd(node);
    cluster.onStopped = (node) => this.#after(this.#isOver ? 1 : duration(random, 20, 3000), () => this.#start(node));
    const since = cluster.world.now();
    for (const { from, until } of shape.storms)
      this.#after(FIRST_MS + from, () => this.#next(since + FIRST_MS + until));
    this.#superviseLater(since);
  }

  /** No new harm; processes that end themselves are still started again. */
  end(): void {
    this.#isOver = true;
  }

  #after(delay: number, then: () => void): void {
    const { world } = this.#parts.cluster;
    world.decide(world.now() + delay, then);
  }

  /** Else a process that dies late would be missing for the rest of a calm, which may be half an hour. */
  #superviseLater(since: number): void {
    const { cluster, shape } = this.#parts;
    this.#after(CALM_LOOK_MS, () => {
      if (this.#isOver) return;
      const at = cluster.world.now() - since - FIRST_MS;
      const isCalm = shape.storms.every(({ from, until }) => at < from || at >= until + CALM_LOOK_MS);
      for (const node of isCalm ? cluster.dead() : []) if (!cluster.machine(node).running) this.#start(node);
      this.#superviseLater(since);
    });
  }

  #next(until: number): void {
    const { cluster, shape, random, schedule } = this.#parts;
    if (this.#isOver || cluster.world.now() >= until) return;
    const name = shape.faults[random.below(shape.faults.length)];
    if (name !== undefined) {
      const before = schedule.decisions.length;
      FAULTS[name](this.#context);
      if (schedule.decisions.length > before) this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
    }
    this.#after(-shape.pace * Math.log(1 - random.fraction()), () => this.#next(until));
  }

  #start(node: number): void {
    this.#parts.schedule.act({ kind: 'start', node });
  }

  /** It ended by itself (a failed sync, a full disk) or refused to start; a disk that it cannot read is replaced. */
  #onEnd(node: number): void {
    const { cluster, budget, schedule } = this.#parts;
    if (budget.mayReplace(node) && cluster.ends.at(-1)?.isData === true)
      // Not now: decisions of an instant come before its events, and this is one.
      this.#after(SUPERVISOR_MS / 2, () => schedule.act({ kind: 'wipe', node }));
    this.#after(SUPERVISOR_MS, () => this.#start(node));
  }
}
