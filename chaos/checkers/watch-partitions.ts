/** What clients are told by partitions: heard at `produce`, `read` and `latest`, which answer as always. */
import type { Partition, PartitionRead, ProduceOutcome } from '../../src/partition/index.ts';
import type { MarkerName, MarkerSink } from './marker-table.ts';
import { termAt } from './watch-replicas.ts';

const REFUSALS: Partial<Record<ProduceOutcome['kind'], MarkerName>> = {
  'not-enough-replicas': 'too-few-in-sync-answered',
  'out-of-order-sequence': 'out-of-order-refused',
  'producer-fenced': 'producer-fenced',
  corrupt: 'corrupt-batch-refused',
  unverified: 'transaction-unverified',
};

const READS: Partial<Record<string, MarkerName>> = {
  diverged: 'reader-diverged',
  'offset-out-of-range': 'reader-out-of-range',
  'stale-term': 'stale-term-answered',
  'unknown-term': 'unknown-term-answered',
};

/**
 * From now on, for the life of `partition`.
 *
 * @param compacting holds it while it is being compacted
 */
export function listenToPartition(markers: MarkerSink, partition: Partition, compacting: Set<Partition>): void {
  listenToProduce(markers, partition);
  listenToMarkers(markers, partition);
  const compact = partition.compact.bind(partition);
  partition.compact = async (limits) => {
    compacting.add(partition);
    try {
      return await compact(limits);
    } finally {
      compacting.delete(partition);
    }
  };
  const read = partition.read.bind(partition);
  partition.read = (...given) => {
    const answer = read(...given);
    const note = (known: Awaited<typeof answer>): void => {
      if (known.kind === 'read' && known.aborted !== null) noteIsolated(markers, known);
    };
    if (answer instanceof Promise) {
      markers.reach('read-from-segment');
      answer.then(note, () => undefined);
      return answer;
    }
    note(answer);
    if (answer.kind === 'read') {
      if (answer.run instanceof Promise) markers.reach('read-from-segment');
      else if (answer.run !== null && answer.run.positions.length > 0) markers.reach('read-from-memory');
    } else reachKnown(markers, READS[answer.kind]);
    return answer;
  };
  const { producers } = partition;
  const rebuild = producers.rebuild.bind(producers);
  producers.rebuild = () => {
    if (partition.logEnd > partition.logStart) markers.reach('producer-state-rebuilt');
    rebuild();
  };
  const latest = partition.latest.bind(partition);
  partition.latest = () => {
    const answer = latest();
    if (typeof answer !== 'number' && answer.kind === 'offset-not-available') markers.reach('end-not-known-yet');
    return answer;
  };
}

function reachKnown(markers: MarkerSink, name: MarkerName | undefined): void {
  if (name !== undefined) markers.reach(name);
}

function noteIsolated(markers: MarkerSink, { aborted, lastStableOffset, highWatermark }: PartitionRead): void {
  if (aborted !== null && aborted.length > 0) markers.reach('aborted-told');
  if (lastStableOffset === null) markers.reach('stable-offset-unknown');
  else if (lastStableOffset < highWatermark) markers.reach('stable-offset-behind');
}

function listenToMarkers(markers: MarkerSink, partition: Partition): void {
  const writeMarker = partition.writeMarker.bind(partition);
  partition.writeMarker = (marker, done) => {
    const isOpen = (partition.producers.state.get(marker.producerId)?.openFrom ?? null) !== null;
    writeMarker(marker, (outcome) => {
      if (outcome.kind === 'written') markers.reach(isOpen ? 'marker-written' : 'marker-repeated');
      else if (outcome.kind === 'producer-fenced' || outcome.kind === 'coordinator-fenced')
        markers.reach('marker-fenced');
      done(outcome);
    });
  };
}

function listenToProduce(markers: MarkerSink, partition: Partition): void {
  const produce = partition.produce.bind(partition);
  let wasFull = false;
  partition.produce = (bytes, acks, origin, done) => {
    const before = partition.logEnd;
    const isFull = partition.replica.log.failure?.kind === 'full';
    let appended = false;
    produce(bytes, acks, origin, (outcome) => {
      if (outcome.kind === 'acknowledged') {
        if (outcome.base < before && acks !== 'none') noteDuplicate(markers, partition, outcome);
        if (wasFull) markers.reach('disk-full-over');
      } else if (outcome.kind === 'not-leader')
        markers.reach(appended ? 'leadership-lost-while-waiting' : 'not-leader-answered');
      else reachKnown(markers, REFUSALS[outcome.kind]);
      done(outcome);
    });
    if (isFull) wasFull = true;
    appended = partition.failed === null && partition.logEnd > before;
  };
}

function noteDuplicate(
  markers: MarkerSink,
  { replica }: Partition,
  { base, term }: ProduceOutcome & { readonly kind: 'acknowledged' },
): void {
  markers.reach('duplicate-answered');
  const original = termAt(replica, base);
  if (original !== null && original < term) markers.reach('duplicate-across-leaders');
}
