/**
 * Everybody who works with transactions:
 *
 * | topic | what it is                                    | who writes to it                                     |
 * |-------|-----------------------------------------------|------------------------------------------------------|
 * | x     | records of many transactions, and others      | two writers of each transactional id, one plain one  |
 * | i     | what is to be transformed                     | a plain writer                                       |
 * | o     | what became of it                             | two transformers for each partition of `i`           |
 */
import type { Random } from '../../raft/index.ts';
import { IsolatedReader } from './isolated-reader.ts';
import type { Pace } from './pace.ts';
import type { Stage } from './stage.ts';
import { TransactionAuditor } from './transaction-auditor.ts';
import type { AuditedTopic, AuditorOptions, Transformation } from './transaction-auditor.ts';
import { TransactionalWriter } from './transactional-writer.ts';
import { Transformer } from './transformer.ts';
import type { WorkloadShape } from './workload-shape.ts';

const X_PARTITIONS = 3;
const FLOW_PARTITIONS = 2;
const TIMEOUTS = [3000, 5000, 8000] as const;
const TIMEOUT_MAX = 8000;
const FLOW_GROUP = 'e';

/** What the topics are to be, by name; all have as many copies as the budget of faults asks for. */
export function transactionalTopics({ transactions, transformers }: WorkloadShape): readonly {
  readonly name: string;
  readonly partitions: number;
}[] {
  return [
    ...(transactions > 0 ? [{ name: 'x', partitions: X_PARTITIONS }] : []),
    ...(transformers ? ['i', 'o'].map((name) => ({ name, partitions: FLOW_PARTITIONS })) : []),
  ];
}

export function startTransactions(
  stage: Stage,
  shape: WorkloadShape,
  pace: Pace,
  random: (name: string) => Random,
): void {
  const { transactions: lines, transformers } = shape;
  if (lines === 0 && !transformers) return;
  const writing = lines > 0 ? startWriters(stage, shape, pace, random) : null;
  const flow = transformers ? startTransformers(stage, shape, pace, random) : null;
  const options: AuditorOptions = {
    topics: [...(writing === null ? [] : [writing.audited]), ...(flow === null ? [] : [flow.audited])],
    groups: writing?.groups ?? [],
    transformation: flow?.transformation ?? null,
    timeoutMsMax: TIMEOUT_MAX,
    patience: stage.patience,
  };
  stage.workers.push(new TransactionAuditor(stage.cluster, stage.history, stage.transactions, options));
}

function isolatedReader(
  stage: Stage,
  shape: WorkloadShape,
  pace: Pace,
  topic: string,
  partitions: number,
): IsolatedReader {
  const options = { name: `isolated-${topic}`, topic, partitions, pace, restMs: shape.restMs };
  const reader = new IsolatedReader(stage.cluster, stage.history, stage.transactions, options).start();
  stage.isolated.push(reader);
  return reader;
}

function startWriters(
  stage: Stage,
  shape: WorkloadShape,
  pace: Pace,
  random: (name: string) => Random,
): { readonly audited: AuditedTopic; readonly groups: AuditorOptions['groups'] } {
  const { cluster, history, transactions } = stage;
  const groups: { line: ReturnType<typeof transactions.line>; group: string; topic: string }[] = [];
  for (let index = 1; index <= shape.transactions; index += 1) {
    const line = transactions.line(`tx${index}`);
    const drawn = random(line.transactionalId);
    const group = drawn.below(3) === 0 ? null : `gx${index}`;
    if (group !== null) groups.push({ line, group, topic: 'x' });
    const transactionTimeoutMs = TIMEOUTS[drawn.below(TIMEOUTS.length)] ?? TIMEOUT_MAX;
    const old = drawn.below(2) === 0;
    for (const rival of [false, true]) {
      const name = `${line.transactionalId}${rival ? 'b' : 'a'}`;
      const everyMs = rival ? 3000 : 150;
      const options = { name, line, topic: 'x', partitions: X_PARTITIONS, group, random: random(name), pace, everyMs };
      const writer = new TransactionalWriter(cluster, history, transactions, { ...options, transactionTimeoutMs, old });
      stage.workers.push(writer.start());
    }
  }
  stage
    .writer({ topic: 'x', partitions: X_PARTITIONS, everyMs: 4 * shape.everyMs, pendingMax: 5, padding: shape.padding })
    .start();
  const readers = [isolatedReader(stage, shape, pace, 'x', X_PARTITIONS)];
  return { audited: { topic: 'x', partitions: X_PARTITIONS, readers }, groups };
}

function startTransformers(
  stage: Stage,
  shape: WorkloadShape,
  pace: Pace,
  random: (name: string) => Random,
): { readonly audited: AuditedTopic; readonly transformation: Transformation } {
  const { cluster, history, transactions } = stage;
  const input = { topic: 'i', partitions: FLOW_PARTITIONS };
  const to = { topic: 'o', partitions: FLOW_PARTITIONS };
  stage.writer({ ...input, idempotent: true, everyMs: 2 * shape.everyMs, pendingMax: 5 }).start();
  const firsts: Transformer[] = [];
  for (let partition = 0; partition < FLOW_PARTITIONS; partition += 1) {
    const line = transactions.line(`flow${partition}`);
    const drawn = random(line.transactionalId);
    const transactionTimeoutMs = TIMEOUTS[drawn.below(TIMEOUTS.length)] ?? TIMEOUT_MAX;
    const old = drawn.below(3) === 0;
    for (const rival of [false, true]) {
      const name = `${line.transactionalId}${rival ? 'b' : 'a'}`;
      const from = { topic: 'i', partition };
      const common = { name, line, group: FLOW_GROUP, from, to, random: random(name), pace };
      const options = { ...common, transactionTimeoutMs, rival, old };
      const transformer = new Transformer(cluster, history, transactions, options).start();
      stage.workers.push(transformer);
      if (!rival) firsts.push(transformer);
    }
  }
  const readers = [isolatedReader(stage, shape, pace, 'o', FLOW_PARTITIONS)];
  const transformation = { group: FLOW_GROUP, from: input, to, transformers: firsts };
  return { audited: { ...to, readers }, transformation };
}
