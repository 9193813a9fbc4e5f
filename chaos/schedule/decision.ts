/**
 * Faults as data: one thing that is done to the cluster at one virtual time, as plain JSON. A run is its seed, its shape and the
 * list of these; a shorter list is a smaller run.
 *
 * ```
 *  { "at": 1204.7, "kind": "block", "from": "node1", "to": "node3" }
 * ```
 * To add one: an act in the file of its family, and somebody in `nemesis/` who decides it.
 */
import type { SimCluster } from '../cluster/index.ts';
import type { Act, DecisionOf } from './act.ts';
import { CLOCK_DECISIONS } from './clock-decisions.ts';
import { DAMAGE_DECISIONS } from './damage-decisions.ts';
import { DISK_DECISIONS } from './disk-decisions.ts';
import { NETWORK_DECISIONS } from './network-decisions.ts';
import { PROCESS_DECISIONS } from './process-decisions.ts';

const ACTS = {
  ...PROCESS_DECISIONS,
  ...NETWORK_DECISIONS,
  ...DISK_DECISIONS,
  ...DAMAGE_DECISIONS,
  ...CLOCK_DECISIONS,
} as const;

/** `at`: virtual milliseconds since the world began. */
export type Decision = DecisionOf<typeof ACTS>;
export type DecisionKind = Decision['kind'];

type WithoutTime<Each> = Each extends Decision ? Omit<Each, 'at'> : never;
/** What is to be done, now. */
export type Deed = WithoutTime<Decision>;

export const DECISION_KINDS = Object.keys(ACTS) as readonly DecisionKind[];

/** Does it. Null, or why it does not fit the cluster as it is: then nothing was done. */
export function apply(cluster: SimCluster, deed: Deed): string | null {
  const act = ACTS[deed.kind] as Act<Deed>;
  return act(cluster, deed);
}

/** `block node1 node3`: the kind and its arguments in their order. */
export function describeDeed(deed: Deed): string {
  const parts = Object.entries(deed).filter(([key]) => key !== 'at' && key !== 'kind');
  return [deed.kind, ...parts.map(([key, value]) => (key === 'node' ? `node${value}` : value))].join(' ');
}

/** Why `value` is no decision; null: it is one. Arguments are judged when it is applied. */
export function invalidDecision(value: unknown): string | null {
  if (typeof value !== 'object' || value === null) return 'a decision must be an object';
  const { at, kind } = value as { readonly at?: unknown; readonly kind?: unknown };
  if (typeof at !== 'number' || !Number.isFinite(at) || at < 0) return `"at" must be milliseconds, is ${String(at)}`;
  if (!DECISION_KINDS.includes(kind as DecisionKind))
    return `unknown kind ${JSON.stringify(kind)}; there are ${DECISION_KINDS.join(', ')}`;
  return null;
}
