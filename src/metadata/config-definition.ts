/**
 * What a config is: name, type, default, doc, and how a value is checked.
 *
 * Values travel and are kept as text, as Kafka does; `invalidConfigValue` is the gate, and the typed readers below
 * assert what the gate has let in.
 */
import { assert } from '../../raft/index.ts';

export type ConfigType =
  | { readonly kind: 'boolean' }
  | { readonly kind: 'integer'; readonly min: number; readonly max: number }
  | { readonly kind: 'number'; readonly min: number; readonly max: number }
  | { readonly kind: 'choice'; readonly values: readonly string[] }
  /** Comma-separated, no value twice. */
  | { readonly kind: 'list'; readonly values: readonly string[] }
  | { readonly kind: 'text' };

export interface ConfigDefinition {
  readonly key: string;
  readonly type: ConfigType;
  /** Text form; null: computed (see the doc). */
  readonly default: string | null;
  readonly doc: string;
  /** Names under which the cluster or a broker sets the default of a topic config; first is the one we write. */
  readonly clusterKey: string | null;
  /** May change on a live resource. */
  readonly dynamic: boolean;
}

export const INT32_MAX = 2_147_483_647;
/** Kafka's "for ever" is int64; ours is the largest whole number that JavaScript holds exactly. */
export const LONG_MAX = Number.MAX_SAFE_INTEGER;

/** What may be written, for messages: `a whole number from 1 to 10`. */
export function describeConfigType(type: ConfigType): string {
  switch (type.kind) {
    case 'boolean':
      return 'true or false';
    case 'integer':
      return type.max >= INT32_MAX
        ? `a whole number of at least ${type.min}`
        : `a whole number from ${type.min} to ${type.max}`;
    case 'number':
      return `a number from ${type.min} to ${type.max}`;
    case 'choice':
      return type.values.length === 1 ? `'${type.values[0]}'` : `one of ${type.values.join(', ')}`;
    case 'list':
      return `one or more of ${type.values.join(', ')}, separated by commas`;
    case 'text':
      return 'any text';
  }
}

/** Null when `value` may be set; else a sentence that names key, value and what is allowed. */
export function invalidConfigValue(definition: ConfigDefinition, value: string): string | null {
  if (allows(definition.type, value)) return null;
  return `${definition.key} must be ${describeConfigType(definition.type)}, not '${value}'`;
}

function allows(type: ConfigType, value: string): boolean {
  switch (type.kind) {
    case 'boolean':
      return value === 'true' || value === 'false';
    case 'integer':
      return /^-?\d{1,19}$/.test(value) && within(integerOf(value), type.min, type.max);
    case 'number':
      return /^-?\d{1,15}(\.\d{1,17})?([eE]\+?\d{1,3})?$/.test(value) && within(Number(value), type.min, type.max);
    case 'choice':
      return type.values.includes(value);
    case 'list': {
      const parts = listOf(value);
      return (
        parts.length > 0 && parts.every((part) => type.values.includes(part)) && new Set(parts).size === parts.length
      );
    }
    case 'text':
      return true;
  }
}

function within(value: number, min: number, max: number): boolean {
  return value >= min && value <= max;
}

/** Clients write Long.MAX_VALUE for "for ever"; above 2^53 everything is that. */
export function integerOf(value: string): number {
  const number = Number(value);
  assert(!Number.isNaN(number), () => `config value ${value} is no number`);
  return Math.max(Math.min(number, LONG_MAX), -LONG_MAX);
}

/** `a, b` → [a, b]; empty text → []. */
export function listOf(value: string): readonly string[] {
  return value
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part.length > 0);
}
