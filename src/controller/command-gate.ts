/**
 * The gate for commands that come as JSON from other nodes: is this value a command, whole and well-typed?
 *
 * Shapes are data: a shape is a function that returns null or what is wrong, with the path to it. What the values mean
 * (does the topic exist, is the config known) is for the decisions.
 */
import type { AdminCommand, AllocateProducerIds, ReportFailedReplicas, ReportQuorumLeader } from './command.ts';

/** Commands that travel as JSON. */
export type JsonCommand = AdminCommand | ReportQuorumLeader | ReportFailedReplicas | AllocateProducerIds;

type Shape = (value: unknown, path: string) => string | null;

const text: Shape = (value, path) => (typeof value === 'string' ? null : `${path} must be text`);
const name: Shape = (value, path) =>
  typeof value === 'string' && value.length > 0 ? null : `${path} must be non-empty text`;
const flag: Shape = (value, path) => (typeof value === 'boolean' ? null : `${path} must be true or false`);
const whole: Shape = (value, path) => (Number.isSafeInteger(value) ? null : `${path} must be a whole number`);
const natural: Shape = (value, path) =>
  Number.isSafeInteger(value) && Number(value) >= 0 ? null : `${path} must be a whole number from 0`;

function nullable(shape: Shape): Shape {
  return (value, path) => (value === null ? null : shape(value, path));
}

function oneOf(...values: readonly string[]): Shape {
  return (value, path) =>
    typeof value === 'string' && values.includes(value) ? null : `${path} must be one of ${values.join(', ')}`;
}

function list(shape: Shape): Shape {
  return (value, path) => {
    if (!Array.isArray(value)) return `${path} must be a list`;
    for (const [index, item] of value.entries()) {
      const invalid = shape(item, `${path}[${index}]`);
      if (invalid !== null) return invalid;
    }
    return null;
  };
}

function object(fields: Readonly<Record<string, Shape>>): Shape {
  return (value, path) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return `${path} must be an object`;
    const given: ReadonlyMap<string, unknown> = new Map(Object.entries(value));
    for (const [key, shape] of Object.entries(fields)) {
      const invalid = shape(given.get(key), `${path}.${key}`);
      if (invalid !== null) return invalid;
    }
    return null;
  };
}

/** The shape is chosen by the value's `kind`. */
function union(shapes: Readonly<Record<string, Shape>>): Shape {
  const byKind = new Map(Object.entries(shapes));
  return (value, path) => {
    const kind: unknown = typeof value === 'object' && value !== null && 'kind' in value ? value.kind : null;
    const shape = typeof kind === 'string' ? byKind.get(kind) : undefined;
    return shape === undefined ? `${path}.kind must be one of ${[...byKind.keys()].join(', ')}` : shape(value, path);
  };
}

const life = { node: natural, incarnation: name };
const assignments = nullable(list(list(natural)));

const COMMAND = union({
  'create-topics': object({
    topics: list(
      object({
        name: text,
        partitions: nullable(whole),
        replicationFactor: nullable(whole),
        assignments,
        configs: list(object({ key: text, value: text })),
        internal: flag,
      }),
    ),
    validateOnly: flag,
  }),
  'delete-topics': object({ topics: list(union({ name: object({ name: text }), id: object({ id: text }) })) }),
  'create-partitions': object({ topics: list(object({ name: text, count: whole, assignments })), validateOnly: flag }),
  'alter-configs': object({
    resources: list(
      object({
        resource: union({ topic: object({ name: text }), broker: object({ node: nullable(natural) }) }),
        replaceAll: flag,
        changes: list(
          object({ key: text, operation: oneOf('set', 'delete', 'append', 'subtract'), value: nullable(text) }),
        ),
      }),
    ),
    validateOnly: flag,
  }),
  'elect-leaders': object({
    election: oneOf('preferred', 'unclean'),
    partitions: nullable(list(object({ topic: text, partition: whole }))),
  }),
  'unregister-broker': object({ node: natural }),
  'report-quorum-leader': object({
    ...life,
    reports: list(object({ topicId: text, partition: natural, term: natural })),
  }),
  'report-failed-replicas': object({
    ...life,
    replicas: list(object({ topicId: text, partition: natural, version: natural })),
  }),
  'accept-loss': object({
    ...life,
    topicId: text,
    partition: natural,
    version: natural,
    lastTerm: natural,
    end: natural,
  }),
  'allocate-producer-ids': object(life),
});

/** Null when `value` is a {@link JsonCommand}; else what is wrong and where. */
export function invalidCommand(value: unknown): string | null {
  return COMMAND(value, 'command');
}
