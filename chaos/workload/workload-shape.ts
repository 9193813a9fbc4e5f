/**
 * What users do with the cluster of a campaign, drawn from the seed: plain JSON, so that a replay can hold it and a shrinker can
 * make it smaller.
 *
 * | topic  | what it is                                                        | who writes to it                       |
 * |--------|-------------------------------------------------------------------|----------------------------------------|
 * | t      | as many copies as the budget of faults asks for                   | everybody                              |
 * | q      | `replication=quorum`                                              | one writer                             |
 * | s      | little is written, by who never looks for another leader          | one writer                             |
 * | f      | fewer copies: may lose what the cluster declares lost             | one writer                             |
 * | r      | its beginning goes away: retention, or DeleteRecords              | one writer, and who deletes            |
 * | k      | compacted: records with keys, and tombstones                      | two writers                            |
 * | x i o  | transactions, see `start-transactions.ts`                          | writers, transformers                  |
 * | c1, c2 | made, changed and deleted all the time                            | admins, racers                         |
 */
import { assert } from '../../raft/index.ts';
import type { Random } from '../../raft/index.ts';
import type { PhaseShape } from './pace.ts';

export interface TopicShape {
  readonly partitions: number;
  readonly replicas: number;
  /** Null: the product's default. */
  readonly minInsync: number | null;
  /** An entry of the index for every record. */
  readonly denseIndex: boolean;
}

/** A compacted topic, and how eagerly the nodes compact it. */
export interface CompactedShape {
  readonly policy: 'compact' | 'compact,delete';
  /** Virtual milliseconds after which a segment is closed. */
  readonly segmentMs: number;
  /** Between two looks of a node's cleaner. */
  readonly backoffMs: number;
  readonly minLagMs: number;
  readonly tombstonesMs: number;
  readonly compression: 'producer' | 'lz4';
}

export interface WorkloadShape {
  readonly phases: PhaseShape;
  /** Size at which all nodes close a segment: a few records; null: as they are shipped. */
  readonly segmentBytes: number | null;
  /** The topic `t`. */
  readonly main: TopicShape;
  /** A topic with `replication=quorum`, with a writer and a reader of its own. */
  readonly quorumTopic: boolean;
  /** A topic to which little is written, and by who never looks for another leader: what diverges there is not written over. */
  readonly sparse: boolean;
  /** A topic that may lose something; null: none. */
  readonly fragile: TopicShape | null;
  /** A topic whose beginning goes away. */
  readonly trimmed: 'retention' | 'delete-records' | null;
  /** Writers to `t` as users write them: idempotent, acks=all, acks=1, acks=0, in this order; so many of them. */
  readonly writers: number;
  /** Virtual milliseconds between two records of one of them, when busy. */
  readonly everyMs: number;
  /** Virtual milliseconds that consumers rest after each poll, when busy. */
  readonly restMs: number;
  /** Bytes added to each record: segments, journal and checkpoints then have work. */
  readonly padding: number;
  /** A client sends several produce requests at a time. */
  readonly bursts: boolean;
  /** Consumers that begin anew again and again, anywhere. */
  readonly wanderers: number;
  /** Somebody asks how far each topic is committed and where it begins, and how far the group has come. */
  readonly watchers: boolean;
  /** Members of a consumer group, every second one with whims; 0: none. */
  readonly members: number;
  /** How many at a time make, change, look at and delete the same few topics; 0: nobody. */
  readonly admins: number;
  /**
   * How many only ask for them; each stays with one node for long then, admins too, and somebody collects producer ids.
   * None without {@link admins}.
   */
  readonly lookers: number;
  /** How many write to and read from those topics, by ids that may be of the past; none without {@link admins}. */
  readonly racers: number;
  /** Producers that number their records, repeat, leave gaps, and come back with old epochs. */
  readonly sequenced: number;
  /** A client that sends what is no request and no batch. */
  readonly rude: boolean;
  /** Transactional ids under which records are written, by two writers each. */
  readonly transactions: number;
  /** Members of a group of the newer protocol (KIP-848), every second one with whims; 0: none. */
  readonly heartbeaters: number;
  /** Some consume, transform and produce in transactions. */
  readonly transformers: boolean;
  /** Null: no topic is compacted. */
  readonly compacted: CompactedShape | null;
}

/** Longer than any run, wherever wall clocks jump to. */
export const NEVER_MS = 30 * 86_400_000;

function oneOf<T>(random: Random, first: T, ...others: readonly T[]): T {
  return [first, ...others][random.below(others.length + 1)] ?? first;
}

function drawPhases(random: Random): PhaseShape {
  const slowdown = oneOf(random, 300, 1000, 3000);
  const kind = oneOf<PhaseShape['kind']>(random, 'with-storms', 'with-storms', 'with-storms', 'in-turn', 'always-busy');
  switch (kind) {
    case 'always-busy':
      return { kind };
    case 'with-storms':
      return { kind, slowdown };
    case 'in-turn': {
      const [busyMs, quietMs] = [1000 + random.below(9000), 2000 + random.below(30_000)];
      return { kind, busyMs, quietMs, slowdown };
    }
  }
}

/** Some batches of so much padding fit in: a batch that does not is refused. */
function segmentFor(padding: number): number {
  return padding > 1000 ? 262_144 : 8192;
}

/** As many copies as the budget of faults asks for, if there are nodes for them. */
function drawMain(random: Random, nodes: number): TopicShape {
  const replicas = Math.min(nodes, oneOf(random, 3, 3, 3, 4, 5));
  const minInsync = replicas < 3 ? null : oneOf(random, null, null, 2, Math.min(3, replicas - 1));
  return { partitions: oneOf(random, 3, 3, 1, 6), replicas, minInsync, denseIndex: random.below(3) === 0 };
}

function drawFragile(random: Random, nodes: number): TopicShape {
  const replicas = Math.min(nodes, oneOf(random, 1, 2, 2, 3));
  return { partitions: 2, replicas, minInsync: 1, denseIndex: random.below(2) === 0 };
}

/** A shape that is fixed as a whole is of a replay; one of a build that did not know them yet had none. */
function drawNewcomers(
  random: Random,
  fixed: Partial<WorkloadShape>,
): Pick<WorkloadShape, 'transactions' | 'transformers' | 'heartbeaters' | 'compacted'> {
  if (fixed.main !== undefined && fixed.phases !== undefined)
    return { transactions: 0, transformers: false, heartbeaters: 0, compacted: null };
  return {
    transactions: random.fork('lines').below(4) === 0 ? 1 + random.fork('how many').below(2) : 0,
    transformers: random.fork('transformers').below(6) === 0,
    heartbeaters: random.fork('heartbeaters').below(4) === 0 ? 1 + random.fork('how many beat').below(3) : 0,
    compacted: random.fork('compacted').below(4) === 0 ? drawCompacted(random.fork('how compacted')) : null,
  };
}

function drawCompacted(random: Random): CompactedShape {
  return {
    policy: oneOf(random, 'compact', 'compact', 'compact,delete'),
    segmentMs: oneOf(random, 200, 500, 2000),
    backoffMs: oneOf(random, 100, 300, 1000),
    minLagMs: oneOf(random, 0, 0, 0, 500, NEVER_MS),
    tombstonesMs: oneOf(random, 0, 1000, 5000, NEVER_MS, NEVER_MS),
    compression: oneOf(random, 'producer', 'producer', 'lz4'),
  };
}

/**
 * @param nodes of the cluster: no topic has more replicas
 * @param fixed what is not drawn
 */
export function drawWorkload(random: Random, nodes: number, fixed: Partial<WorkloadShape> = {}): WorkloadShape {
  assert(nodes >= 1, 'a cluster without nodes');
  const draw = (label: string): Random => random.fork(label);
  const isOneIn = (label: string, count: number): boolean => draw(label).below(count) === 0;
  const padding = fixed.padding ?? oneOf(draw('padding'), 0, 0, 0, 300, 300, 20_000);
  return {
    phases: drawPhases(draw('phases')),
    segmentBytes: isOneIn('segments', 2) ? segmentFor(padding) : null,
    main: drawMain(draw('main'), nodes),
    quorumTopic: isOneIn('quorum', 3),
    sparse: isOneIn('sparse', 3),
    fragile: isOneIn('fragile', 4) ? drawFragile(draw('fragile topic'), nodes) : null,
    trimmed: isOneIn('trimmed', 4) ? oneOf(draw('how trimmed'), 'retention', 'delete-records') : null,
    writers: isOneIn('writers', 4) ? 4 : 3,
    everyMs: padding > 1000 ? 160 : oneOf(draw('pace'), 30, 60, 60, 120),
    restMs: oneOf(draw('rest'), 0, 40, 40, 150),
    padding,
    bursts: isOneIn('bursts', 3),
    wanderers: isOneIn('wanderers', 2) ? 1 + draw('how many wanderers').below(2) : 0,
    watchers: isOneIn('watchers', 3),
    members: isOneIn('members', 3) ? 1 + draw('how many members').below(3) : 0,
    admins: isOneIn('admins', 3) ? 1 + draw('how many admins').below(4) : 0,
    lookers: isOneIn('lookers', 3) ? 1 + draw('how many lookers').below(3) : 0,
    racers: isOneIn('racers', 2) ? 1 + draw('how many racers').below(2) : 0,
    sequenced: isOneIn('sequenced', 3) ? 1 + draw('how many sequenced').below(2) : 0,
    rude: isOneIn('rude', 4),
    ...drawNewcomers(random.fork('transactions'), fixed),
    ...fixed,
  };
}

/** Ways to have less of it, one at a time, for who looks for the smallest workload that still fails. */
export function lessWork(shape: WorkloadShape): readonly Partial<WorkloadShape>[] {
  const { segmentBytes, fragile, trimmed, compacted } = shape;
  const flags = (['quorumTopic', 'sparse', 'bursts', 'watchers', 'rude', 'transformers'] as const).filter(
    (key) => shape[key],
  );
  const counts = (
    [
      'writers',
      'restMs',
      'padding',
      'wanderers',
      'members',
      'admins',
      'lookers',
      'racers',
      'sequenced',
      'transactions',
      'heartbeaters',
    ] as const
  ).filter((key) => shape[key] > 0);
  return [
    ...flags.map((key) => ({ [key]: false })),
    ...counts.map((key) => ({ [key]: 0 })),
    ...(fragile === null ? [] : [{ fragile: null }]),
    ...(trimmed === null ? [] : [{ trimmed: null }]),
    ...(compacted === null ? [] : [{ compacted: null }]),
    ...(segmentBytes === null ? [] : [{ segmentBytes: null }]),
  ];
}
