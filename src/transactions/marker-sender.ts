/**
 * Writes the markers of transactions that end into all of their partitions.
 *
 * ```
 *  job ─▶ its partitions, by leader ─▶ queue of the node ─▶ one WriteTxnMarkers at a time ─▶ done
 *              ▲                                                  │ not written, no answer
 *              └────────────────── after a pause ─────────────────┘
 * ```
 *
 * Goes on until every marker is committed or the coordinator's term is over. A topic that is not in the metadata was
 * deleted: whoever coordinates knew it when it joined the transaction, or follows somebody who did. While a request to a node is
 * under way what comes for that node waits, and leaves as one request.
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

interface Lane {
  readonly waiting: Item[];
  busy: boolean;
}

type Marker = WriteTxnMarkersRequest['markers'][number];

export class MarkerSender implements MarkerPort {
  readonly #options: MarkerSenderOptions;
  readonly #lanes = new Map<NodeId, Lane>();
  #pausing: Item[] = [];

  constructor(options: MarkerSenderOptions) {
    this.#options = options;
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
    const touched = new Set<NodeId>();
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
      this.#lane(leader).waiting.push(item);
      touched.add(leader);
    }
    for (const node of touched) this.#flush(node);
  }

  #lane(node: NodeId): Lane {
    const found = this.#lanes.get(node);
    if (found !== undefined) return found;
    const made: Lane = { waiting: [], busy: false };
    this.#lanes.set(node, made);
    return made;
  }

  #flush(node: NodeId): void {
    const lane = this.#lane(node);
    if (lane.busy) return;
    const items = lane.waiting.splice(0, REQUEST_PARTITIONS_MAX).filter(({ sending }) => sending.job.active());
    if (items.length === 0) return;
    lane.busy = true;
    void this.#write(node, items).then(() => {
      lane.busy = false;
      this.#flush(node);
    });
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
