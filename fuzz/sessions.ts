/**
 * Whole nodes in the simulated world, given sequences of requests: connection, dispatch, handlers, coordinators, log.
 *
 * ```
 *  cluster starts, topics are made ─▶ step: pause, frame, probe ─▶ answered | closed | parked ─▶ … ─▶ is it sane? ─▶ …
 * ```
 * A request is answered or its connection closed; only those that may wait do (a fetch, a join), and then the client goes away. Nothing
 * is thrown out of a node, no promise is rejected unheard, no node ends, and now and then an ordinary client writes a record and reads
 * it again.
 */
import type { Random } from '../raft/index.ts';
import { SimCluster } from '../chaos/cluster/index.ts';
import type { Ports } from '../src/ports/index.ts';
import { AdminClient } from '../src/client/index.ts';
import { RawLink } from '../chaos/workload/raw-link.ts';
import { SERVED_APIS } from '../src/wire/api-table.ts';
import { API_TABLE, WireCodec } from '../src/wire/index.ts';
import { readResponseHeader } from '../src/wire/frame.ts';
import { buildBatch, intactHeader, nextBatch } from '../storage/batch/index.ts';
import { EPOCH_MARK, mendBatch, PRODUCER_MARK } from './batch-maker.ts';
import { makeSession, splitSession, stepsOf } from './session-frames.ts';
import { SessionLink } from './session-link.ts';
import { CLIENT_ID, MEMBER_MARKS, memberMark, topicMark, TOPICS } from './session-vocabulary.ts';
import { Wrong } from './target.ts';
import type { Case, Target } from './target.ts';

/** Steps of one session. */
const STEPS = 200;
const SANE_EVERY = 50;
const SANE = 'sane';
const SANE_TRIES = 20;
const SANE_PAUSE_MS = 500;
const ANSWER_MS = 2000;
/** By then everything but what may wait for ever is answered. */
const PATIENCE_MS = 60_000;
/** They wait for data, other members, or a timeout that the client has chosen. */
const MAY_WAIT = new Set<number>(
  [API_TABLE.fetch, API_TABLE.joinGroup, API_TABLE.syncGroup, API_TABLE.produce, API_TABLE.deleteRecords].map(
    ({ schema }) => schema.key,
  ),
);
const SERVED = new Map(SERVED_APIS.map(({ schema }) => [schema.key, schema]));

/** Whose answers say who a producer is. */
const PRODUCER_APIS = new Map<number, typeof API_TABLE.initProducerId.schema | typeof API_TABLE.endTxn.schema>(
  [API_TABLE.initProducerId.schema, API_TABLE.endTxn.schema].map((schema) => [schema.key, schema]),
);
const PRODUCER_ID_AT = 43;

class Session {
  readonly #cluster: SimCluster;
  readonly #ports: Ports;
  readonly #sanePorts: Ports;
  readonly #topicIds: Buffer[] = [];
  /** Newest first. */
  readonly #members: string[] = [];
  readonly #codec = new WireCodec();
  #link: SessionLink | null = null;
  /** The newest that was given out. */
  #producer = { id: 0, epoch: 0 };
  /** The request under way. */
  #asked: Buffer = Buffer.alloc(0);
  #sane = 0;
  readonly outcomes = { answered: 0, closed: 0, parked: 0 };

  constructor(nodes: number) {
    this.#cluster = new SimCluster({ nodes, seed: 'fuzz', settings: ['log.level=error'] });
    this.#ports = this.#cluster.clientPorts('fuzzer');
    this.#sanePorts = this.#cluster.clientPorts(SANE);
  }

  async begin(): Promise<void> {
    const cluster = this.#cluster;
    await cluster.startAll();
    const admin = new AdminClient(cluster.client('admin'));
    for (const name of [...TOPICS, SANE]) {
      const configs: Record<string, string> = name === 'compacted' ? { 'cleanup.policy': 'compact' } : {};
      await cluster.wait(admin.createTopic({ name, partitions: 2, replicationFactor: null, configs }));
    }
    await cluster.until(() => this.#isLed(), 10_000, 'all topics are led');
    for (const name of TOPICS)
      this.#topicIds.push(Buffer.from(cluster.image()?.topicsByName.get(name)?.id ?? '', 'base64url'));
  }

  #isLed(): boolean {
    const topics = this.#cluster.image()?.topicsByName;
    return [...TOPICS, SANE].every(
      (name) =>
        topics
          ?.get(name)
          ?.partitions.every(
            ({ leader, index }) => leader !== null && this.#cluster.replica(leader, name, index)?.leading !== null,
          ) === true,
    );
  }

  async run(bytes: Buffer): Promise<void> {
    await this.#expectSane();
    let done = 0;
    for (const { pauseMs, frame } of stepsOf(bytes)) {
      if (pauseMs > 0) await this.#cluster.run(pauseMs);
      await this.#step(this.#withIds(frame));
      done += 1;
      if (done % SANE_EVERY === 0) await this.#expectSane();
    }
    this.#link?.destroy();
    await this.#cluster.run(1000);
    await this.#expectSane();
  }

  /** The frame with ids in the place of their marks. */
  #withIds(frame: Buffer): Buffer {
    const bytes = Buffer.from(frame);
    for (const [number, id] of this.#topicIds.entries()) replaceAll(bytes, topicMark(number), id);
    for (let number = 0; number < MEMBER_MARKS; number += 1) {
      const mark = Buffer.from(memberMark(number));
      const id = Buffer.from(this.#members[number] ?? '');
      if (id.length === mark.length) replaceAll(bytes, mark, id);
    }
    this.#putProducer(bytes);
    return bytes;
  }

  /** Marks of a producer; a batch around one gets its CRC anew where it had been right. */
  #putProducer(bytes: Buffer): void {
    const { id, epoch } = this.#producer;
    const mark = Buffer.alloc(8);
    mark.writeBigInt64BE(PRODUCER_MARK);
    for (let at = bytes.indexOf(mark); at !== -1; at = bytes.indexOf(mark, at + 8)) {
      const batch = batchAround(bytes, at);
      bytes.writeBigInt64BE(BigInt(id), at);
      if (at + 10 <= bytes.length && bytes.readInt16BE(at + 8) === EPOCH_MARK) bytes.writeInt16BE(epoch, at + 8);
      if (batch !== null) mendBatch(batch);
    }
  }

  async #step(frame: Buffer): Promise<void> {
    const link = (this.#link ??= await this.#connect());
    this.#asked = frame;
    link.send(frame);
    const { world } = this.#cluster;
    await world.run(() => link.settled, { milliseconds: ANSWER_MS });
    if (!link.settled && !MAY_WAIT.has(keyOf(frame)))
      await world.run(() => link.settled, { milliseconds: PATIENCE_MS });
    this.#expectAlive();
    if (link.open && link.settled) {
      this.outcomes.answered += 1;
      return;
    }
    const name = SERVED.get(keyOf(frame))?.name ?? '';
    if (link.open && !MAY_WAIT.has(keyOf(frame)))
      throw new Wrong(`${name} ${versionOf(frame)} was not answered within ${PATIENCE_MS} ms`);
    this.outcomes[link.open ? 'parked' : 'closed'] += 1;
    link.destroy();
    this.#link = null;
  }

  #connect(): Promise<SessionLink> {
    const connecting = new Promise<SessionLink>((resolve, reject) => {
      const opened = (connection: ConstructorParameters<typeof SessionLink>[0]): SessionLink => {
        const link = new SessionLink(connection, (answer) => this.#learn(answer));
        resolve(link);
        return link;
      };
      this.#ports.network.connect('node1', 9092, opened, () => reject(new Wrong('the node takes no connection')));
    });
    return this.#cluster.wait(connecting);
  }

  /** Member ids stand in answers as they are; who a producer is follows from the answer to what was asked last. */
  #learn(answer: Buffer): void {
    this.#learnProducer(answer);
    for (const [id] of answer.toString('latin1').matchAll(new RegExp(`${CLIENT_ID}-[0-9a-zA-Z-]{36}`, 'g')))
      if (this.#members[0] !== id) this.#members.unshift(id);
    this.#members.length = Math.min(this.#members.length, MEMBER_MARKS);
  }

  #learnProducer(answer: Buffer): void {
    const api = PRODUCER_APIS.get(keyOf(this.#asked));
    if (api === undefined) return;
    const version = versionOf(this.#asked);
    const { bodyAt } = readResponseHeader(answer, api, version);
    const { errorCode, producerId, producerEpoch } = this.#codec.decodeResponse(api, version, answer, bodyAt);
    if (errorCode === 0 && producerId >= 0) this.#producer = { id: producerId, epoch: producerEpoch };
  }

  #expectAlive(): void {
    const [end] = this.#cluster.ends;
    if (end !== undefined) throw new Wrong(`node ${end.node} has ended: ${end.reason}`);
  }

  /** An ordinary client writes a record and reads it; leaders may just have been changed, and the cluster's configuration. */
  async #expectSane(): Promise<void> {
    this.#sane += 1;
    const value = Buffer.from(`sane-${this.#sane}`);
    let wrong: string | null = null;
    for (let tries = 0; tries < SANE_TRIES; tries += 1) {
      wrong = await this.#tellSane(value);
      this.#expectAlive();
      if (wrong === null) return;
      await this.#cluster.run(SANE_PAUSE_MS);
      if (tries === SANE_TRIES / 2) await this.#resetConfigs();
    }
    throw new Wrong(`a sane client: ${wrong}`);
  }

  /** Null, or what was wrong. */
  async #tellSane(value: Buffer): Promise<string | null> {
    const cluster = this.#cluster;
    const ports = this.#sanePorts;
    const link = await cluster.wait(
      RawLink.open(ports, { host: `node${cluster.leader(SANE, 0) ?? 1}`, port: 9092 }, SANE),
    );
    if (link === null) return 'is not let in';
    const records = buildBatch({ records: [{ key: value, value, timestamp: ports.clock.wallNow() }] });
    const topicData = [{ name: SANE, partitionData: [{ index: 0, records }] }];
    const produced = await cluster.wait(
      link.request(API_TABLE.produce.schema, 9, { acks: -1, timeoutMs: 5000, topicData }, 10_000),
    );
    const answer = produced?.responses[0]?.partitionResponses[0];
    if (answer?.errorCode !== 0) return `its record was answered with ${answer?.errorCode ?? 'nothing'}`;
    const partitions = [{ partition: 0, fetchOffset: answer.baseOffset, partitionMaxBytes: 1 << 20 }];
    const asked = { maxWaitMs: 500, minBytes: 1, topics: [{ topic: SANE, partitions }] };
    const fetched = await cluster.wait(link.request(API_TABLE.fetch.schema, 11, asked, 10_000));
    const read = fetched?.responses[0]?.partitions[0]?.records;
    link.destroy();
    return read != null && Buffer.from(read).includes(value) ? null : 'its record was acknowledged, and is not there';
  }

  /** What requests of the session have set for the whole cluster, they may. */
  async #resetConfigs(): Promise<void> {
    const cluster = this.#cluster;
    const link = await cluster.wait(RawLink.open(this.#sanePorts, { host: 'node1', port: 9092 }, SANE));
    const resources = ['', '1', '2', '3'].map((resourceName) => ({ resourceType: 4, resourceName, configs: [] }));
    if (link !== null)
      await cluster.wait(link.request(API_TABLE.alterConfigs.schema, 2, { resources, validateOnly: false }, 10_000));
    link?.destroy();
  }
}

function replaceAll(bytes: Buffer, mark: Buffer, by: Buffer): void {
  for (let at = bytes.indexOf(mark); at !== -1; at = bytes.indexOf(mark, at + mark.length)) by.copy(bytes, at);
}

/** The batch whose producer id is at `at`, when it is whole and its CRC right. */
function batchAround(bytes: Buffer, at: number): Buffer | null {
  const from = at - PRODUCER_ID_AT;
  if (from < 0) return null;
  const next = nextBatch(bytes, from);
  if (next.kind !== 'batch') return null;
  const batch = bytes.subarray(from, from + next.size);
  return typeof intactHeader(batch) === 'string' ? null : batch;
}

function keyOf(frame: Buffer): number {
  return frame.length >= 6 ? frame.readInt16BE(4) : -1;
}

function versionOf(frame: Buffer): number {
  return frame.length >= 8 ? frame.readInt16BE(6) : -1;
}

function sessionCase(name: string, nodes: number): Case {
  return {
    name,
    make: (random: Random) => makeSession(random, STEPS),
    run: async (bytes) => {
      const session = new Session(nodes);
      await session.begin();
      await session.run(bytes);
      return 'served';
    },
    split: splitSession,
    // A cluster, its logs and what it sent.
    allocationMax: () => 2 ** 31,
  };
}

export const sessions: Target = {
  name: 'sessions',
  about: `nodes in the simulated world under sequences of ${STEPS} requests, plausible and spoiled`,
  share: 1,
  weight: STEPS,
  hangSeconds: 120,
  // One node leads everything and coordinates everybody: more of what it is asked gets through.
  cases: [sessionCase('one node', 1), sessionCase('one node more', 1), sessionCase('three nodes', 3)],
};
