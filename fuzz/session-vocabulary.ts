/**
 * What requests of a session are about: topics, groups and transactions that exist, members and topic ids that only the run knows.
 *
 * An input is made before it is run, so ids that the cluster chooses stand in it as marks of the same length, which the session
 * replaces as it sends.
 */
import type { Random } from '../raft/index.ts';
import { EPOCH_MARK, makeRecords, PRODUCER_MARK } from './batch-maker.ts';
import { once, pick } from './dice.ts';
import type { Vocabulary } from './message-maker.ts';

export const TOPICS = ['a', 'b', 'compacted'] as const;
/** The client id of a session: a classic group's member ids begin with it. */
export const CLIENT_ID = 'fuzz';

const ID_CHARACTERS = CLIENT_ID.length + 1 + 36;

/** Stands for the `number`th member id that the cluster gave out, counted from the newest. */
export function memberMark(number: number): string {
  return `member-mark-${number}`.padEnd(ID_CHARACTERS, '#');
}

/** Stands for the id of a topic. */
export function topicMark(number: number): Buffer {
  return Buffer.from(`topic-mark-${number}`.padEnd(16, '#'), 'latin1');
}

export const MEMBER_MARKS = 3;

/** As long as the name of a topic may be. */
const LONGEST = 'x'.repeat(249);

const OWN_MEMBERS = ['AAAAAAAAAAAAAAAAAAAAAQ', 'AAAAAAAAAAAAAAAAAAAAAg', 'AAAAAAAAAAAAAAAAAAAAAw'] as const;
const CONFIGS = [
  'retention.ms',
  'cleanup.policy',
  'segment.bytes',
  'compression.type',
  'message.timestamp.type',
  'min.insync.replicas',
  'no.such.config',
  'consumer.session.timeout.ms',
] as const;
const CONFIG_VALUES = ['compact', 'delete', '1', '-1', 'lz4', 'LogAppendTime', '1048576', '50000', 'x', ''] as const;

/** A subscription or an assignment of the classic protocol: version 1, topics a and b. */
const SUBSCRIPTION = Buffer.from('00010000000200016100016200000000000000000000', 'hex');

type Texts = (random: Random) => string;
const TEXTS: readonly (readonly [name: RegExp, draw: Texts])[] = [
  [
    /^memberId$/,
    (random) =>
      random.below(5) < 2 ? '' : once(random, 3) ? pick(random, OWN_MEMBERS) : memberMark(random.below(MEMBER_MARKS)),
  ],
  [/group(?!Instance)|^keys?$|coordinatorKeys/i, (random) => pick(random, ['g0', 'g1', 'k0', 'k1'])],
  [/groupInstanceId|instanceId/, (random) => pick(random, ['i0', 'i1'])],
  [/transactionalId/i, (random) => (once(random, 5) ? 'tx1' : 'tx0')],
  [/protocolType/, () => 'consumer'],
  [/assignor/i, (random) => pick(random, ['range', 'uniform', 'no-such'])],
  [/regex|pattern/i, (random) => pick(random, ['a.*', '[', '(a|b)+', '', '.*'])],
  [/configName|configurationKeys/i, (random) => pick(random, CONFIGS)],
  [/^value$/, (random) => pick(random, CONFIG_VALUES)],
  [/resourceName/, (random) => pick(random, [...TOPICS, 'g0', 'k0'])],
  [/protocolName/, () => 'range'],
  [/stat(e|us)/i, (random) => pick(random, ['Stable', 'Empty', 'Ongoing', 'Dead'])],
  [
    /topic|name/i,
    (random) => pick(random, [...TOPICS, ...TOPICS, ...TOPICS, 'new', 'range', LONGEST, '__consumer_offsets']),
  ],
];

type Wholes = (random: Random) => number;
const small: Wholes = (random) => random.below(4);
const WHOLES: readonly (readonly [name: RegExp, draw: Wholes])[] = [
  [/sessionTimeout/i, (random) => pick(random, [6000, 10_000, 45_000])],
  [/rebalanceTimeout/i, (random) => pick(random, [100, 3000, 60_000])],
  [/transactionTimeout/i, (random) => pick(random, [1000, 10_000, 60_000])],
  [/timeout|maxWait/i, (random) => pick(random, [0, 10, 200, 1000])],
  [/bytes/i, (random) => pick(random, [0, 1, 1000, 1 << 20])],
  [/^acks$/, (random) => pick(random, [-1, -1, 1, 0])],
  [/producerEpoch/i, (random) => (once(random, 4) ? pick(random, [0, 1, 2, -1]) : EPOCH_MARK)],
  [/memberEpoch/, (random) => pick(random, [0, 0, 1, 2, 3, -1, -2])],
  [/epoch|generation/i, (random) => pick(random, [-1, 0, 0, 1, 2])],
  [/replicaId/, () => -1],
  [/producerId/i, (random) => (once(random, 4) ? pick(random, [0, 1, 2, -1, 1000]) : Number(PRODUCER_MARK))],
  [/timestamp/i, (random) => pick(random, [-1, -2, -3, 0, 1_750_000_000_000])],
  [/offset/i, (random) => pick(random, [0, 0, 1, 2, 5, 20, -1])],
  [/resourceType/, (random) => pick(random, [2, 2, 2, 32])],
  [/keyType|isolation|operation|electionType|transactionResult/i, small],
  [/numPartitions|count/i, (random) => pick(random, [-1, 1, 3, 5])],
  [/replicationFactor/, (random) => pick(random, [-1, 1, 2])],
  [/broker|leader|node/i, (random) => pick(random, [1, 1, 2, -1])],
  [/partition|index/i, (random) => random.below(4)],
  [/session(Id)?$/i, () => 0],
];

function drawn<T>(
  table: readonly (readonly [RegExp, (random: Random) => T])[],
  name: string,
  random: Random,
): T | null {
  return table.find(([pattern]) => pattern.test(name))?.[1](random) ?? null;
}

/** @param wild one value in so many is anything at all; null: none */
export function plausible(wild: number | null): Vocabulary {
  const isWild = (random: Random): boolean => wild !== null && once(random, wild);
  return {
    text: (name, random) => (isWild(random) ? null : drawn(TEXTS, name, random)),
    whole: (name, random) => (isWild(random) ? null : drawn(WHOLES, name, random)),
    uuid: (_name, random) => (isWild(random) ? null : topicMark(random.below(TOPICS.length))),
    bytes: (name, random) => {
      if (name === 'records') return makeRecords(random);
      return isWild(random) ? null : SUBSCRIPTION;
    },
  };
}
