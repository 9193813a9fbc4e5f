/**
 * What the faults of a live run work with, and the budget: how much may be lost at once (reliability, first paragraph).
 *
 * Under `flush=always` anything may be killed, lose power or be cut off at any time, since nothing acknowledged is unsynced. A
 * voter whose disk is replaced, damaged or restored has lost its votes for good: fewer than half of them in one run. Under `os`
 * one node at a time may lose power, and not before all replicas are in sync again.
 */
import type { Random } from '../../raft/index.ts';
import type { LiveCluster } from './live-cluster.ts';

export interface LiveFaultContext {
  readonly cluster: LiveCluster;
  readonly random: Random;
  readonly flush: 'always' | 'os';
  /** More than the promise allows is done on purpose, and with the worst outcome: to see that the checks see it. */
  readonly beyondBudget: boolean;
  /** Counts one fault of this kind, and writes it down. */
  readonly note: (kind: string, text: string) => void;
  /** False once the run heals: no new harm. */
  readonly active: () => boolean;
  /** The leader of some partition, or the controller, as a client is told; null: nobody says. */
  readonly leader: () => Promise<number | null>;
  readonly controller: () => Promise<number | null>;
  /** Waits until everybody runs and every replica is in sync; false when that takes too long. */
  readonly settled: () => Promise<boolean>;
  /** Takes one of the voters that may lose everything; false: none is left. */
  readonly spendVoter: (node: number) => boolean;
  /** A disk of the node is made to fail on purpose: its process may end by itself. */
  readonly disturbed: (node: number) => void;
}

export type LiveFault = (context: LiveFaultContext) => Promise<void>;

export function pick<T>(random: Random, items: readonly T[]): T | null {
  return items.length === 0 ? null : (items[random.below(items.length)] ?? null);
}

/** Between `least` and `most` milliseconds, mostly short. */
export function duration(random: Random, least: number, most: number): number {
  return Math.round(least + (most - least) * random.fraction() ** 2);
}

/** Some of them, in some order; at least one. */
export function some(random: Random, items: readonly number[], count: number): readonly number[] {
  const left = [...items];
  const taken: number[] = [];
  while (taken.length < count && left.length > 0) taken.push(...left.splice(random.below(left.length), 1));
  return taken;
}
