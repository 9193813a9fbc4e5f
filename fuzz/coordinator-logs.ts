/**
 * The logs of coordinators as a later coordinator reads them: records of groups of both protocols, offsets and transactions, made from
 * their schemas, some of them spoiled, in any order.
 *
 * ```
 *  [key, value] … ─▶ image.apply, one by one ─▶ groups restored ─▶ every record that the image names can be written again
 * ```
 * Ids are drawn from a few, so that records of one group meet.
 */
import { millis, offset } from '../raft/index.ts';
import type { Random } from '../raft/index.ts';
import { applyConsumerRecord } from '../src/coordinator/consumer-apply.ts';
import { emptyConsumerGroup } from '../src/coordinator/consumer-group-state.ts';
import { decodeConsumerRecord } from '../src/coordinator/consumer-record.ts';
import { CoordinatorImage } from '../src/coordinator/coordinator-image.ts';
import { restoreGroup } from '../src/coordinator/group-snapshot.ts';
import { DEFAULT_COORDINATOR_SETTINGS } from '../src/coordinator/settings.ts';
import { TransactionImage } from '../src/transactions/transaction-image.ts';
import type { KeyValueRecord, LogImage } from '../src/coordinator-log/index.ts';
import { isFlexible, WireCodec } from '../src/wire/codec.ts';
import * as group from '../src/wire/schema/group-record.ts';
import * as transaction from '../src/wire/schema/transaction-record.ts';
import type { DataSchema } from '../src/wire/schema/field.ts';
import { noise, once, pick, signed } from './dice.ts';
import { messageMaker, WILD } from './message-maker.ts';
import type { Make, Vocabulary } from './message-maker.ts';
import { mutate } from './mutate.ts';
import { Sketch } from './sketch.ts';
import { Wrong } from './target.ts';
import type { Case, Target } from './target.ts';

const codec = new WireCodec();
const sketch = new Sketch();

const FEW: Vocabulary = {
  ...WILD,
  text: (name, random) => (once(random, 20) ? null : `${name.slice(0, 2)}${random.below(3)}`),
};

/** Key and value of a type of record: what goes before them is the type and the version. */
interface RecordKind {
  readonly type: number;
  readonly key: DataSchema;
  readonly value: DataSchema;
}

const GROUP_KINDS: readonly RecordKind[] = [
  { type: 0, key: group.offsetCommitKey, value: group.offsetCommitValue },
  { type: 1, key: group.offsetCommitKey, value: group.offsetCommitValue },
  { type: 2, key: group.groupMetadataKey, value: group.groupMetadataValue },
  { type: 3, key: group.consumerGroupMetadataKey, value: group.consumerGroupMetadataValue },
  { type: 4, key: group.consumerGroupPartitionMetadataKey, value: group.consumerGroupPartitionMetadataValue },
  { type: 5, key: group.consumerGroupMemberMetadataKey, value: group.consumerGroupMemberMetadataValue },
  {
    type: 6,
    key: group.consumerGroupTargetAssignmentMetadataKey,
    value: group.consumerGroupTargetAssignmentMetadataValue,
  },
  { type: 7, key: group.consumerGroupTargetAssignmentMemberKey, value: group.consumerGroupTargetAssignmentMemberValue },
  {
    type: 8,
    key: group.consumerGroupCurrentMemberAssignmentKey,
    value: group.consumerGroupCurrentMemberAssignmentValue,
  },
  { type: 16, key: group.consumerGroupRegularExpressionKey, value: group.consumerGroupRegularExpressionValue },
];
const TRANSACTION_KINDS: readonly RecordKind[] = [
  { type: 0, key: transaction.transactionLogKey, value: transaction.transactionLogValue },
];

const makers = new Map<string, Make>();

function maker(schema: DataSchema, version: number): Make {
  const name = `${schema.name} ${version}`;
  const found = makers.get(name);
  if (found !== undefined) return found;
  const made = messageMaker(schema.fields, version, isFlexible(schema, version), FEW);
  makers.set(name, made);
  return made;
}

function bytesOf(random: Random, prefix: number, schema: DataSchema, version: number): Buffer {
  sketch.reset();
  sketch.int16(once(random, 30) ? signed(random, 16) : prefix);
  maker(schema, version)(random, sketch);
  return once(random, 6) ? mutate(random, sketch, 1) : Buffer.from(sketch.view());
}

/** int32 size of the key, key, int32 size of the value or -1, value. */
function makeRecord(random: Random, kinds: readonly RecordKind[]): Buffer {
  const { type, key, value } = pick(random, kinds);
  const [low, high] = value.versions;
  const version = low + random.below(high - low + 1);
  const keyBytes = once(random, 50) ? noise(random, random.below(6)) : bytesOf(random, type, key, 0);
  const valueBytes = once(random, 6) ? null : bytesOf(random, version, value, version);
  const head = Buffer.alloc(8);
  head.writeInt32BE(keyBytes.length, 0);
  head.writeInt32BE(valueBytes?.length ?? -1, 4);
  return Buffer.concat([head, keyBytes, valueBytes ?? Buffer.alloc(0)]);
}

function split(bytes: Buffer): readonly Buffer[] {
  const parts: Buffer[] = [];
  for (let at = 0; at + 8 <= bytes.length;) {
    const size = 8 + bytes.readInt32BE(at) + Math.max(0, bytes.readInt32BE(at + 4));
    parts.push(bytes.subarray(at, at + size));
    at += size;
  }
  return parts;
}

function recordsOf(bytes: Buffer): readonly KeyValueRecord[] {
  return split(bytes).map((part) => {
    const keyEnd = 8 + part.readInt32BE(0);
    return { key: part.subarray(8, keyEnd), value: part.readInt32BE(4) < 0 ? null : part.subarray(keyEnd) };
  });
}

const NOTHING = Buffer.alloc(0);
const NOWHERE = { base: offset(0), transaction: null };
const CONTEXT = { now: millis(1000), wallNow: 1_750_000_000_000, settings: DEFAULT_COORDINATOR_SETTINGS };

function runGroups(bytes: Buffer): string {
  const image = new CoordinatorImage(codec);
  let unreadable = 0;
  for (const [index, record] of recordsOf(bytes).entries()) {
    const isInside = index % 5 === 4;
    const place = { base: offset(index), transaction: isInside ? { producerId: index % 3, producerEpoch: 0 } : null };
    if (image.apply(record, place as never) !== null) unreadable += 1;
    if (index % 7 === 6) image.endTransaction(index % 3, index % 2 === 0);
  }
  for (const id of image.groupIds()) restoreGroup(id, image.group(id), CONTEXT);
  const consumers = new Map<string, ReturnType<typeof emptyConsumerGroup>>();
  for (const record of image.others()) {
    const decoded = decodeConsumerRecord(codec, record);
    if (decoded.kind !== 'consumer') continue;
    const one = consumers.get(decoded.groupId) ?? emptyConsumerGroup(decoded.groupId);
    consumers.set(decoded.groupId, one);
    applyConsumerRecord(one, decoded.record, new Map());
  }
  expectRewritten(image, new CoordinatorImage(codec));
  return unreadable === 0 ? 'read' : 'some unreadable';
}

/** As a rewrite of the log does it: whoever reads what is written again knows the same. */
function expectRewritten<Name>(image: LogImage<Name>, other: LogImage<Name>): void {
  for (const name of image.names()) {
    const written = image.record(name);
    if (written === null) continue;
    other.apply(written, NOWHERE);
    const again = other.record(name);
    const isSame = Buffer.compare(again?.value ?? NOTHING, written.value ?? NOTHING) === 0;
    if (again === null || !isSame)
      throw new Wrong(`a record of ${JSON.stringify(name)} was written again and is not read as it was`);
  }
}

function runTransactions(bytes: Buffer): string {
  const image = new TransactionImage(codec);
  let unreadable = 0;
  for (const record of recordsOf(bytes)) if (image.apply(record) !== null) unreadable += 1;
  image.commitAll();
  expectRewritten(image, new TransactionImage(codec));
  return unreadable === 0 ? 'read' : 'some unreadable';
}

function logCase(name: string, kinds: readonly RecordKind[], run: (bytes: Buffer) => string): Case {
  return {
    name,
    make: (random) => Buffer.concat(Array.from({ length: 1 + random.below(8) }, () => makeRecord(random, kinds))),
    run,
    split,
  };
}

export const coordinatorLogs: Target = {
  name: 'coordinator-logs',
  about: 'records of groups, offsets and transactions as a coordinator reads them when it takes over',
  share: 5,
  weight: 1,
  hangSeconds: 10,
  cases: [
    logCase('__consumer_offsets', GROUP_KINDS, runGroups),
    logCase('__transaction_state', TRANSACTION_KINDS, runTransactions),
  ],
};
