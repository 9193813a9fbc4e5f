/**
 * A copy of a core, so that from one state several things can happen.
 *
 * A core is plain data, objects, arrays, maps and sets, but for its settings, which nobody changes: those are shared. What
 * draws at random there must keep no state of its own.
 */
import type { CoreState } from '../../raft/index.ts';

/** Nothing of the copy but `config` is shared with `core`. */
export function copyCore(core: CoreState): CoreState {
  return copyOf(core) as CoreState;
}

function copyOf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(copyOf);
  if (value instanceof Map) return new Map([...value].map(([key, entry]) => [key as unknown, copyOf(entry)]));
  if (value instanceof Set) return new Set(value);
  const copy: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(value)) copy[name] = name === 'config' ? field : copyOf(field);
  return copy;
}
