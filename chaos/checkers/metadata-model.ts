/**
 * R11: the metadata of one topic name as a sequential machine, and the judgement of what clients were told about it.
 *
 * ```
 *  absent ──create──▶ {id, partitions, configs} ──delete──▶ absent            create-partitions only grows, alter-config sets one
 * ```
 * A creation of which nobody knows makes a topic whose id is learnt when somebody sees it; it is none that a known creation has.
 */
import { violated } from '../workload/history.ts';
import { linearize } from './linearizability.ts';
import type { Model } from './linearizability.ts';
import type { MetadataInput, MetadataOperation, MetadataOutput } from './operation.ts';

interface TopicState {
  /** Null: made by a creation of unknown outcome, and not seen yet. */
  readonly id: string | null;
  readonly partitions: number;
  readonly configs: Readonly<Record<string, string>>;
}

export interface NameState {
  /** Null: there is no such topic. */
  readonly topic: TopicState | null;
  /** Ids that creations of unknown outcome have had. */
  readonly learnt: readonly string[];
}

const ABSENT: NameState = { topic: null, learnt: [] };

/** @param known ids that answered creations gave */
export function topicModel(
  known: ReadonlySet<string>,
  initial: NameState = ABSENT,
): Model<NameState, MetadataInput, MetadataOutput> {
  return {
    initial,
    hash: ({ topic, learnt }) => {
      if (topic === null) return learnt.join();
      const configs = Object.entries(topic.configs)
        .map(([key, value]) => `${key}=${value}`)
        .sort();
      return [topic.id ?? '?', topic.partitions, ...configs, ...learnt].join();
    },
    isRead: (input, output) => output.kind !== 'done' && (output.kind !== 'topic' || input.kind === 'describe'),
    step: (state, input, output) => step(state, input, output, known),
    sessionOf: (input) =>
      input.kind === 'describe' || input.kind === 'describe-config' ? { name: input.session } : null,
  };
}

function step(
  state: NameState,
  input: MetadataInput,
  output: MetadataOutput | null,
  known: ReadonlySet<string>,
): readonly NameState[] {
  const { topic } = state;
  if (output?.kind === 'refused') return [state];
  if (output?.kind === 'unknown-topic') return topic === null && input.kind !== 'create' ? [state] : [];
  switch (input.kind) {
    case 'create':
      return create(state, input, output);
    case 'exists':
      return topic !== null && output?.kind === 'exists' ? [state] : [];
    case 'describe':
      return describe(state, output, known);
    case 'describe-config': {
      const is = topic?.configs[input.config] ?? null;
      return topic !== null && output?.kind === 'config' && output.value === is ? [state] : [];
    }
    case 'delete':
    case 'create-partitions':
    case 'alter-config':
      return change(state, input, output);
  }
}

function create(
  state: NameState,
  { partitions, configs }: Extract<MetadataInput, { kind: 'create' }>,
  output: MetadataOutput | null,
): readonly NameState[] {
  if (output?.kind === 'exists') return state.topic === null ? [] : [state];
  if (state.topic !== null) return output === null ? [state] : [];
  if (output === null) return [{ ...state, topic: { id: null, partitions, configs } }];
  if (output.kind !== 'topic' || output.partitions !== partitions) return [];
  return [{ ...state, topic: { id: output.topicId, partitions, configs } }];
}

function change(
  state: NameState,
  input: Extract<MetadataInput, { kind: 'delete' | 'create-partitions' | 'alter-config' }>,
  output: MetadataOutput | null,
): readonly NameState[] {
  const { topic } = state;
  if (topic === null) return output === null ? [state] : [];
  if (output?.kind === 'too-few')
    return input.kind === 'create-partitions' && input.count <= topic.partitions ? [state] : [];
  if (output !== null && output.kind !== 'done') return [];
  if (input.kind === 'delete') return [{ ...state, topic: null }];
  if (input.kind === 'create-partitions') {
    if (input.count <= topic.partitions) return output === null ? [state] : [];
    return [{ ...state, topic: { ...topic, partitions: input.count } }];
  }
  const configs = Object.fromEntries(Object.entries(topic.configs).filter(([key]) => key !== input.config));
  if (input.value !== null) configs[input.config] = input.value;
  return [{ ...state, topic: { ...topic, configs } }];
}

function describe(state: NameState, output: MetadataOutput | null, known: ReadonlySet<string>): readonly NameState[] {
  const { topic, learnt } = state;
  if (topic === null || output?.kind !== 'topic' || output.partitions !== topic.partitions) return [];
  const { topicId } = output;
  if (topic.id !== null) return topic.id === topicId ? [state] : [];
  if (known.has(topicId) || learnt.includes(topicId)) return [];
  return [{ topic: { ...topic, id: topicId }, learnt: [...learnt, topicId].sort() }];
}

/** How many topics' histories were judged, and of how many nobody can say. */
export interface JudgedMetadata {
  readonly linearizable: number;
  readonly unknown: number;
}

/**
 * Throws a {@link Violation} (R11) for the first topic whose operations have no order. Topics begin absent.
 *
 * @param statesMax per topic; see {@link linearize}
 */
export function judgeMetadata(operations: readonly MetadataOperation[], statesMax?: number): JudgedMetadata {
  const byKey = new Map<string, MetadataOperation[]>();
  for (const operation of operations) {
    const its = byKey.get(operation.key);
    if (its === undefined) byKey.set(operation.key, [operation]);
    else its.push(operation);
  }
  let unknown = 0;
  for (const [key, its] of byKey) {
    const known = new Set(
      its.flatMap(({ input, output }) => (input.kind === 'create' && output?.kind === 'topic' ? [output.topicId] : [])),
    );
    const verdict = linearize(topicModel(known), its, statesMax);
    if (verdict.kind === 'unknown') unknown += 1;
    if (verdict.kind !== 'violation') continue;
    const after = verdict.after.slice(-6).map((each) => `\n    ${describeOperation(each)}`);
    violated(
      'R11',
      `${key}: ${describeOperation(verdict.next)}: no order of ${its.length} operations explains it; the longest ends with${after.join('')}`,
    );
  }
  return { linearizable: byKey.size - unknown, unknown };
}

/** One line for messages. */
export function describeOperation({ process, input, output, calledAt, returnedAt }: MetadataOperation): string {
  const times = `${calledAt.toFixed(1)}–${returnedAt?.toFixed(1) ?? ''}`;
  return `${process} ${times} ${JSON.stringify(input)} → ${output === null ? 'unknown' : JSON.stringify(output)}`;
}
