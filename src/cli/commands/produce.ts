/**
 * `flotilla produce`: each line of standard input becomes a record; at the end it says what was acknowledged, and where.
 */
import { ClientError, Producer } from '../../client/index.ts';
import type { Delivery } from '../../client/index.ts';
import type { CliContext } from '../context.ts';
import { show } from '../context.ts';
import { CliError, cliErrorOf, EXIT } from '../exit-code.ts';
import { keyValues } from '../option-values.ts';
import { counted, table } from '../output.ts';

export interface ProduceOptions {
  readonly key?: string;
  readonly keySeparator?: string;
  readonly partition?: number;
  readonly header?: readonly string[];
  readonly acks?: 'all' | '1' | '0';
}

interface Acknowledged {
  readonly partition: number;
  records: number;
  /** Least offset, and one past the greatest; null with acks=0. */
  start: number | null;
  end: number | null;
}

/** Sums up deliveries by partition. */
class Deliveries {
  readonly byPartition = new Map<number, Acknowledged>();
  failed = 0;
  firstFailure: ClientError | null = null;

  take(result: Delivery | ClientError): void {
    if (result instanceof ClientError) {
      this.failed += 1;
      this.firstFailure ??= result;
      return;
    }
    const { partition, offset } = result;
    const sum = this.byPartition.get(partition) ?? { partition, records: 0, start: null, end: null };
    sum.records += 1;
    if (offset !== null) {
      sum.start = Math.min(sum.start ?? offset, offset);
      sum.end = Math.max(sum.end ?? 0, offset + 1);
    }
    this.byPartition.set(partition, sum);
  }
}

function splitKey(line: string, options: ProduceOptions): { readonly key: string | null; readonly value: string } {
  const { keySeparator } = options;
  const at = keySeparator === undefined ? -1 : line.indexOf(keySeparator);
  if (keySeparator === undefined || at < 0) return { key: options.key ?? null, value: line };
  return { key: line.slice(0, at), value: line.slice(at + keySeparator.length) };
}

export async function produce(
  context: CliContext,
  topic: string,
  options: ProduceOptions,
  lines: AsyncIterable<string>,
): Promise<void> {
  const headers = Object.entries(keyValues(options.header ?? [], '--header')).map(([key, value]) => ({
    key,
    value: Buffer.from(value),
  }));
  await context.access.requireTopic(topic);
  const acks = options.acks === '0' ? 0 : options.acks === '1' ? 1 : 'all';
  const producer = new Producer(context.access.kafka, { acks, deliveryTimeoutMs: context.timeoutMs });
  const deliveries = new Deliveries();
  const started = context.now();
  let line = 0;
  for await (const text of lines) {
    const number = line;
    line += 1;
    const { key, value } = splitKey(text, options);
    const record = { topic, key: key === null ? null : Buffer.from(key), value: Buffer.from(value), headers };
    producer.push(options.partition === undefined ? record : { ...record, partition: options.partition }, (result) => {
      deliveries.take(result);
      if (context.format === 'jsonl') {
        const outcome =
          result instanceof ClientError
            ? { error: result.code ?? result.kind }
            : { topic, partition: result.partition, offset: result.offset };
        context.write(`${JSON.stringify({ line: number, ...outcome })}\n`);
      }
    });
    await producer.room();
    if (deliveries.failed > 0) break;
  }
  await producer.close();
  await summary(context, topic, deliveries, context.now() - started);
  const { firstFailure, failed } = deliveries;
  if (firstFailure === null) return;
  const { exitCode, message, next } = cliErrorOf(firstFailure);
  throw new CliError(
    exitCode === EXIT.data && firstFailure.kind !== 'refused' ? EXIT.temporary : exitCode,
    `${counted(failed, 'record')} not acknowledged: ${message}`,
    next,
  );
}

async function summary(
  context: CliContext,
  topic: string,
  deliveries: Deliveries,
  milliseconds: number,
): Promise<void> {
  if (context.format === 'jsonl') return;
  const partitions = [...deliveries.byPartition.values()].sort((left, right) => left.partition - right.partition);
  const acknowledged = partitions.reduce((sum, { records }) => sum + records, 0);
  const value = { topic, acknowledged, failed: deliveries.failed, milliseconds: Math.round(milliseconds), partitions };
  const rows = partitions.map(({ partition, records, start, end }) => [
    partition,
    records,
    start === null || end === null ? '-' : `${start} to ${end - 1}`,
  ]);
  await show(context, {
    value,
    table: () =>
      `${rows.length === 0 ? '' : `${table(['partition', 'records', 'offsets'], rows)}\n`}${counted(acknowledged, 'record')} acknowledged in ${Math.round(milliseconds)} ms`,
  });
}

/** Lines of a stream of bytes, without their ends; a last line without an end counts. */
export async function* linesOf(stream: AsyncIterable<Buffer | string>): AsyncGenerator<string> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of stream) {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    const all = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
    let at = 0;
    for (let end = all.indexOf(10); end >= 0; end = all.indexOf(10, at)) {
      const stop = end > at && all[end - 1] === 13 ? end - 1 : end;
      yield all.toString('utf8', at, stop);
      at = end + 1;
    }
    rest = all.subarray(at);
  }
  if (rest.length > 0) yield rest.toString('utf8');
}
