/**
 * Writes the markers of transactions that end into all of their partitions.
 *
 * ```
 *  job ─▶ its partitions, by leader ─▶ lane of the node ─▶ WriteTxnMarkers of many ─▶ done
 *              ▲                                                  │ not written, no answer
 *              └────────────────── after a pause ─────────────────┘
 * ```
 *
 * Goes on until every marker is committed or the coordinator's term is over. A topic that is not in the metadata was
 * deleted: whoever coordinates knew it when it joined the transaction, or follows somebody who did.
 */
import { millis } from '../../raft/index.ts';
import type { NodeId } from '../../raft/index.ts';
import type { Clock } from '../../storage/index.ts';
import type { MetadataImage } from '../metadata/index.ts';
import type { LogSink } from '../ports/index.ts';
import type { BrokerCalls } from '../server/index.ts';
import { ERROR_CODES, errorName, writeTxnMarkers } from '../wire/index.ts';
import type { WriteTxnMarkersRequest } from '../wire/index.ts';
import type { MarkerJob, MarkerPort } from './marker-job.ts';
import { NodeLanes } from './node-lanes.ts';

const VERSION = 2;
/** Partitions in one request. */
const REQUEST_PARTITIONS_MAX = 10_000;

export interface MarkerSenderOptions {
  readonly calls: BrokerCalls;
  readonly image: () => MetadataImage;
  readonly clock: Clock;
  readonly sink: LogSink;
  readonly settings: { readonly markerRetryMs: number; readonly markerTimeoutMs: number };
}

interface Sending {
  readonly job: MarkerJob;
  /** Markers that are not known to be written. */
  left: number;
}

/** One marker on its way. */
interface Item {
  readonly sending: Sending;
  readonly topic: string;
  readonly index: number;
}

type Marker = WriteTxnMarkersRequest['markers'][number];

export class MarkerSender implements MarkerPort {
  readonly #options: MarkerSenderOptions;
  readonly #lanes: NodeLanes<Item>;
  #pausing: Item[] = [];

  constructor(options: MarkerSenderOptions) {
    this.#options = options;
    this.#lanes = new NodeLanes({ clock: options.clock, send: (node, waiting) => this.#send(node, waiting) });
  }

  send(job: MarkerJob): void {
    const items: Item[] = [];
    const sending: Sending = { job, left: 0 };
    for (const [topic, indexes] of job.partitions) for (const index of indexes) items.push({ sending, topic, index });
    sending.left = items.length;
    if (items.length === 0) job.done();
    else this.#dispatch(items);
  }

  #dispatch(items: readonly Item[]): void {
    const image = this.#options.image();
    const byNode = new Map<NodeId, Item[]>();
    for (const item of items) {
      if (!item.sending.job.active()) continue;
      const topic = image.topicsByName.get(item.topic);
      if (topic === undefined) {
        this.#written(item);
        continue;
      }
      const leader = topic.partitions[item.index]?.leader ?? null;
      const broker = leader === null ? undefined : image.brokers.get(leader);
      if (leader === null || broker === undefined || broker.fenced) {
        this.#pause(item);
        continue;
      }
      const own = byNode.get(leader) ?? [];
      byNode.set(leader, own);
      own.push(item);
    }
    for (const [node, own] of byNode) this.#lanes.push(node, own);
  }

  /** Takes what is sent now out of the line. */
  #send(node: NodeId, waiting: Item[]): Promise<void> {
    const items = waiting.splice(0, REQUEST_PARTITIONS_MAX).filter(({ sending }) => sending.job.active());
    return items.length === 0 ? Promise.resolve() : this.#write(node, items);
  }

  async #write(node: NodeId, items: readonly Item[]): Promise<void> {
    const { calls, settings } = this.#options;
    const markers = markersOf(items);
    const timeout = millis(settings.markerTimeoutMs);
    const answer = await calls.call(node, writeTxnMarkers, VERSION, { markers }, timeout);
    const results = new Map<string, number>();
    for (const { producerId, topics } of answer?.markers ?? [])
      for (const { name, partitions } of topics)
        for (const { partitionIndex, errorCode } of partitions)
          results.set(placeOf(producerId, name, partitionIndex), errorCode);
    for (const item of items) {
      const { producerId } = item.sending.job.marker;
      this.#settle(item, results.get(placeOf(producerId, item.topic, item.index)) ?? null, node);
    }
  }

  /** @param error null: there was no answer */
  #settle(item: Item, error: number | null, node: NodeId): void {
    const { sink } = this.#options;
    const { topic, index } = item;
    const { transactionalId } = item.sending.job;
    if (error === 0) return this.#written(item);
    if (error === ERROR_CODES.INVALID_PRODUCER_EPOCH.code) {
      // A newer life of the producer has written there: nothing of this one is open any more.
      sink.log('warn', 'a marker is older than the producer', { transactionalId, topic, index });
      return this.#written(item);
    }
    // A later coordinator (TRANSACTION_COORDINATOR_FENCED) ends the term here, and with it the job.
    const reason = error === null ? 'no answer' : errorName(error);
    sink.log('debug', 'a marker is not written yet', { transactionalId, topic, index, node, reason });
    this.#pause(item);
  }

  #written({ sending }: Item): void {
    sending.left -= 1;
    if (sending.left === 0 && sending.job.active()) sending.job.done();
  }

  #pause(item: Item): void {
    const { clock, settings } = this.#options;
    this.#pausing.push(item);
    if (this.#pausing.length > 1) return;
    clock.setTimer(millis(settings.markerRetryMs), () => {
      const items = this.#pausing;
      this.#pausing = [];
      this.#dispatch(items);
    });
  }
}

function placeOf(producerId: number, topic: string, index: number): string {
  return `${producerId}/${index}/${topic}`;
}

/** One marker for each transaction, with its partitions by topic. */
function markersOf(items: readonly Item[]): readonly Marker[] {
  const jobs = new Map<MarkerJob, Map<string, number[]>>();
  for (const { sending, topic, index } of items) {
    const topics = jobs.get(sending.job) ?? new Map<string, number[]>();
    jobs.set(sending.job, topics);
    const indexes = topics.get(topic) ?? [];
    topics.set(topic, indexes);
    indexes.push(index);
  }
  return [...jobs].map(([{ marker }, topics]) => ({
    producerId: marker.producerId,
    producerEpoch: marker.producerEpoch,
    transactionResult: marker.committed,
    coordinatorEpoch: marker.coordinatorTerm,
    transactionVersion: marker.transactionVersion,
    topics: [...topics].map(([name, partitionIndexes]) => ({ name, partitionIndexes })),
  }));
}
