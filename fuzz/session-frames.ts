/**
 * The input of a session: steps, each a pause and the bytes of a request.
 *
 * ```
 *  step = pause u32 (virtual milliseconds) │ size u32 │ frame, its own size field first
 * ```
 * Half of the sessions keep to one family of APIs, so that what they do meets: a group that forms, a transaction that ends.
 */
import type { Random } from '../raft/index.ts';
import { API_TABLE, SERVED_APIS } from '../src/wire/api-table.ts';
import type { ApiName, ServedApi } from '../src/wire/api-table.ts';
import { isFlexible } from '../src/wire/codec.ts';
import { once, pick } from './dice.ts';
import { messageMaker } from './message-maker.ts';
import type { Make } from './message-maker.ts';
import { mutate } from './mutate.ts';
import { CLIENT_ID, plausible } from './session-vocabulary.ts';
import { Sketch } from './sketch.ts';

export interface Step {
  readonly pauseMs: number;
  readonly frame: Buffer;
}

const FAMILIES: readonly (readonly ApiName[])[] = [
  [
    'joinGroup',
    'joinGroup',
    'syncGroup',
    'heartbeat',
    'offsetCommit',
    'offsetFetch',
    'leaveGroup',
    'describeGroups',
    'deleteGroups',
    'offsetDelete',
    'consumerGroupHeartbeat',
  ],
  [
    'consumerGroupHeartbeat',
    'consumerGroupHeartbeat',
    'consumerGroupDescribe',
    'offsetCommit',
    'offsetFetch',
    'joinGroup',
  ],
  [
    'initProducerId',
    'addPartitionsToTxn',
    'addOffsetsToTxn',
    'txnOffsetCommit',
    'endTxn',
    'produce',
    'produce',
    'fetch',
    'writeTxnMarkers',
    'describeTransactions',
    'listTransactions',
    'describeProducers',
  ],
  [
    'produce',
    'produce',
    'fetch',
    'listOffsets',
    'deleteRecords',
    'offsetForLeaderEpoch',
    'createPartitions',
    'describeProducers',
  ],
  [
    'createTopics',
    'deleteTopics',
    'createPartitions',
    'metadata',
    'describeConfigs',
    'alterConfigs',
    'incrementalAlterConfigs',
    'electLeaders',
    'describeTopicPartitions',
    'produce',
  ],
];

const sketch = new Sketch();
const makers = new Map<string, Make>();

/** How wild a message's values are: half of the messages are plausible as a whole. */
const WILDNESS = [null, null, null, 8, 8, 3] as const;
const VOCABULARIES = new Map(WILDNESS.map((wild) => [wild, plausible(wild)]));

function maker({ schema }: ServedApi, version: number, wild: (typeof WILDNESS)[number]): Make {
  const name = `${schema.key} ${version} ${wild ?? 'tame'}`;
  const found = makers.get(name);
  if (found !== undefined) return found;
  const made = messageMaker(
    schema.request,
    version,
    isFlexible(schema, version),
    VOCABULARIES.get(wild) ?? plausible(wild),
  );
  makers.set(name, made);
  return made;
}

function makeFrame(random: Random, api: ServedApi): Buffer {
  const [low, high] = api.accepted;
  const version = low + random.below(high - low + 1);
  sketch.reset();
  sketch.int16(api.schema.key);
  sketch.int16(version);
  sketch.int32(random.below(1000));
  sketch.int16(CLIENT_ID.length, 'length16');
  sketch.raw(Buffer.from(CLIENT_ID), 'text');
  if (isFlexible(api.schema, version)) sketch.uvarint(0, 'tags');
  maker(api, version, pick(random, WILDNESS))(random, sketch);
  const body = once(random, 4) ? mutate(random, sketch, 1) : Buffer.from(sketch.view());
  const size = Buffer.alloc(4);
  size.writeInt32BE(once(random, 400) ? body.length - 1 : body.length);
  return Buffer.concat([size, body]);
}

/** A session of so many steps. */
export function makeSession(random: Random, steps: number): Buffer {
  const family = once(random, 2) ? pick(random, FAMILIES).map((name) => API_TABLE[name] as ServedApi) : SERVED_APIS;
  const parts: Buffer[] = [];
  for (let made = 0; made < steps; made += 1) {
    let api = pick(random, once(random, 6) ? SERVED_APIS : family);
    // Else everything is soon about topics that are gone.
    if (api === API_TABLE.deleteTopics && !once(random, 4)) api = API_TABLE.produce;
    const frame = makeFrame(random, api);
    const head = Buffer.alloc(8);
    head.writeUInt32BE(once(random, 12) ? random.below(once(random, 6) ? 20_000 : 800) : 0, 0);
    head.writeUInt32BE(frame.length, 4);
    parts.push(head, frame);
  }
  return Buffer.concat(parts);
}

/** The bytes of each step. */
export function splitSession(bytes: Buffer): readonly Buffer[] {
  const parts: Buffer[] = [];
  for (let at = 0; at + 8 <= bytes.length;) {
    const size = 8 + bytes.readUInt32BE(at + 4);
    parts.push(bytes.subarray(at, at + size));
    at += size;
  }
  return parts;
}

export function stepsOf(bytes: Buffer): readonly Step[] {
  return splitSession(bytes).map((part) => ({ pauseMs: part.readUInt32BE(0), frame: part.subarray(8) }));
}
