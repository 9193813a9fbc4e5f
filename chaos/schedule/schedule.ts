/**
 * The decisions of one run: written down while they are made, or done again from the list.
 *
 * ```
 *  nemesis ── act(deed) ─▶ apply ─▶ decisions        decisions ── replay ─▶ apply, each at its time
 * ```
 * Who decides leaves no trace in the world (`World.decide`), so that the whole list, done again under the same seed, is the same
 * run to the last event. What does not fit is left out of the list, and counted when it comes from one.
 */
import type { SimCluster } from '../cluster/index.ts';
import { apply, describeDeed } from './decision.ts';
import type { Decision, Deed } from './decision.ts';

/** A decision of a list that could not be done. */
export interface Misfit {
  /** Its place in the list, from 0. */
  readonly index: number;
  readonly decision: Decision;
  /** Events of the world before it. */
  readonly event: number;
  readonly reason: string;
}

export class Schedule {
  readonly #cluster: SimCluster;
  /** What was done, in order. */
  readonly decisions: Decision[] = [];
  readonly misfits: Misfit[] = [];

  constructor(cluster: SimCluster) {
    this.#cluster = cluster;
  }

  /** Does it now and writes it down; false when it does not fit. */
  act(deed: Deed): boolean {
    if (apply(this.#cluster, deed) !== null) return false;
    this.decisions.push({ at: this.#cluster.world.now(), ...deed } as Decision);
    return true;
  }

  /** From now on the decisions of `list` are done at their times; what is in the past already is done at once. */
  replay(list: readonly Decision[]): void {
    const { world } = this.#cluster;
    for (const [index, decision] of list.entries()) {
      world.decide(Math.max(decision.at, world.now()), () => {
        const { at: _at, ...deed } = decision;
        const reason = apply(this.#cluster, deed as Deed);
        if (reason === null) this.decisions.push(decision);
        else this.misfits.push({ index, decision, event: world.trace.count, reason });
      });
    }
  }

  /** For people: a line for each. */
  lines(): readonly string[] {
    return this.decisions.map(describeDecision);
  }
}

export function describeDecision({ at, ...deed }: Decision): string {
  return `${at.toFixed(1)} ${describeDeed(deed as Deed)}`;
}
