/**
 * `flotilla consume`: values on standard output, one a line; `-o jsonl` gives whole records.
 *
 * Without `--follow` it ends where each partition ended when it began.
 */
import { ClientError, Consumer } from '../../client/index.ts';
import type { ConsumedRecords, ConsumerAssignment } from '../../client/index.ts';
import type { CliContext } from '../context.ts';
import { show } from '../context.ts';
import { CliError, EXIT } from '../exit-code.ts';

export interface ConsumeOptions {
  readonly from?: string;
  readonly follow?: boolean;
  readonly partition?: readonly string[];
  readonly max?: number;
}

type RecordOf = ConsumedRecords['records'][number];
/** Text where the bytes are UTF-8; else `{"base64":…}`. */
type BytesJson = string | null | { readonly base64: string };

function bytesJson(bytes: Uint8Array | null): BytesJson {
  if (bytes === null) return null;
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = buffer.toString('utf8');
  return Buffer.from(text, 'utf8').equals(buffer) ? text : { base64: buffer.toString('base64') };
}

function recordJson(topic: string, partition: number, record: RecordOf): Readonly<Record<string, unknown>> {
  return {
    topic,
    partition,
    offset: record.offset,
    timestamp: record.timestamp < 0 ? null : record.timestamp,
    key: bytesJson(record.key),
    value: bytesJson(record.value),
    headers: record.headers.map(({ key, value }) => ({ key, value: bytesJson(value) })),
  };
}

/** Where to begin: `beginning`, `end`, an offset, or a time. */
export function parseFrom(text: string): ConsumerAssignment['from'] {
  if (text === 'beginning' || text === 'earliest') return 'earliest';
  if (text === 'end' || text === 'latest') return 'latest';
  if (/^\d{1,15}$/.test(text)) return { offset: Number(text) };
  const time = Date.parse(text);
  if (Number.isNaN(time))
    throw new CliError(
      EXIT.usage,
      `--from: "${text}" is none of beginning, end, an offset, a time such as 2026-01-31T12:00:00Z`,
    );
  return { time };
}

function chosenPartitions(texts: readonly string[], count: number, topic: string): readonly number[] {
  if (texts.length === 0) return Array.from({ length: count }, (_, index) => index);
  return texts
    .flatMap((text) => text.split(','))
    .map((text) => {
      if (!/^\d{1,9}$/.test(text)) throw new CliError(EXIT.usage, `--partition: "${text}" is not a number`);
      if (Number(text) >= count)
        throw new CliError(EXIT.data, `topic ${topic} has no partition ${text}`, `it has partitions 0 to ${count - 1}`);
      return Number(text);
    });
}

/** Ends by partition; null with --follow. */
async function endsOf(
  context: CliContext,
  topic: string,
  partitions: readonly number[],
  follow: boolean,
): Promise<Map<number, number> | null> {
  if (follow) return null;
  const { kafka, admin } = context.access;
  let asked = false;
  const found = await kafka.retry(async () => {
    // Whatever went wrong, somebody else may lead by now.
    if (asked) await kafka.refresh([topic]);
    asked = true;
    const all = await admin.listOffsets(topic, partitions, 'latest');
    const missing = all.find(({ error }) => error !== null);
    if (missing === undefined) return all;
    throw new ClientError('refused', `partition ${missing.partition} of ${topic}: ${missing.error ?? ''}`, {
      code: missing.error ?? 'LEADER_NOT_AVAILABLE',
    });
  });
  return new Map(found.map(({ partition, offset }) => [partition, offset ?? 0]));
}

export async function consume(context: CliContext, topic: string, options: ConsumeOptions): Promise<void> {
  const { access, format } = context;
  const follow = options.follow === true;
  if (follow && (format === 'json' || format === 'yaml'))
    throw new CliError(EXIT.usage, `-o ${format} needs an end: use -o jsonl with --follow`);
  const from = parseFrom(options.from ?? (follow ? 'end' : 'beginning'));
  await access.requireTopic(topic);
  const { partitions: known } = await access.kafka.topic(topic);
  const partitions = chosenPartitions(options.partition ?? [], known.length, topic);
  const ends = await endsOf(context, topic, partitions, follow);
  let left = options.max ?? Number.POSITIVE_INFINITY;
  const whole: unknown[] = [];
  let interrupted = false;
  context.onInterrupt(() => {
    interrupted = true;
    access.close();
  });
  const consumer = new Consumer(access.kafka, {
    assignments: partitions.map((partition) => ({ topic, partition, from })),
    onEvent: (event) =>
      context.note(
        `flotilla: ${event.topic}-${event.partition}: ${event.kind === 'truncated' ? 'the log was cut' : 'the position was outside of the log'}: reading from ${event.to} instead of ${event.from}`,
      ),
  });
  const done = (): boolean =>
    left <= 0 ||
    (ends !== null &&
      partitions.every((partition) => (consumer.position(topic, partition) ?? -1) >= (ends.get(partition) ?? 0)));
  const emit = ({ partition, records }: ConsumedRecords): void => {
    const end = ends?.get(partition) ?? Number.POSITIVE_INFINITY;
    const wanted = records.filter(({ offset }) => offset < end).slice(0, left);
    left -= wanted.length;
    if (format === 'table')
      context.write(
        wanted.map(({ value }) => `${value === null ? '' : Buffer.from(value).toString('utf8')}\n`).join(''),
      );
    else if (format === 'jsonl')
      context.write(wanted.map((record) => `${JSON.stringify(recordJson(topic, partition, record))}\n`).join(''));
    else whole.push(...wanted.map((record) => recordJson(topic, partition, record)));
  };
  try {
    while (!done()) for (const records of await consumer.poll()) emit(records);
  } catch (error) {
    if (!interrupted) throw error;
  }
  if (format === 'json' || format === 'yaml') await show(context, { value: whole, table: () => '' });
}
