/**
 * What /metrics shows: counters and gauges of this node.
 */
import type { ClusterStatusView, MetricSample } from '../admin/index.ts';
import type { ClusterNode } from './cluster-node.ts';

function gauge(name: string, help: string, value: number, labels: Readonly<Record<string, string>> = {}): MetricSample {
  return { name: `flotilla_${name}`, help, type: 'gauge', labels, value };
}

function counter(name: string, help: string, value: number): MetricSample {
  return { name: `flotilla_${name}`, help, type: 'counter', labels: {}, value };
}

export function nodeMetrics(node: ClusterNode, status: ClusterStatusView): readonly MetricSample[] {
  const { ports, store } = node.options;
  const storage = store.status();
  const led = node.hosting.all().filter((partition) => partition.leading !== null);
  const bytes = node.hosting.all().reduce((sum, partition) => sum + partition.replica.log.sizeBytes, 0);
  return [
    gauge('up', 'The node runs.', 1),
    gauge('resident_bytes', 'Resident memory of the process.', ports.host.residentBytes()),
    counter('cpu_seconds_total', 'CPU time of the process.', ports.host.cpuSeconds()),
    gauge('connections', 'Client connections.', node.server.connections),
    counter('connections_refused_total', 'Connections closed because there were too many.', node.server.refused),
    gauge('response_bytes', 'Answers that clients have not taken yet.', node.server.memory.queued),
    counter('response_shortages_total', 'Times that such answers made requests wait.', node.server.memory.shortages),
    counter('stuck_connections_total', 'Connections closed for not taking answers then.', node.server.stuckEnded),
    gauge('controller', 'This node is the controller.', status.controller === status.node ? 1 : 0),
    gauge('metadata_term', 'Term of the metadata group.', status.metadataTerm),
    gauge('metadata_end', 'One past the last applied metadata record.', status.metadataEnd),
    gauge('topics', 'Topics of the cluster.', status.topics),
    gauge('partitions', 'Partitions of the cluster.', status.partitions),
    gauge('partitions_led', 'Partitions that this node leads.', led.length),
    gauge('replicas', 'Replicas that this node holds.', node.hosting.all().length),
    gauge('log_bytes', 'Bytes of all logs of this node.', bytes),
    gauge('under_replicated_partitions', 'Partitions with replicas out of sync.', status.underReplicated.count),
    gauge('under_min_isr_partitions', 'Partitions that refuse acks=all.', status.underMinIsr.count),
    gauge('leaderless_partitions', 'Partitions without a leader.', status.leaderless.count),
    counter('unclean_elections_total', 'Elections that accepted possible loss.', status.uncleanElections),
    counter('journal_rounds_total', 'Journal rounds, each one write and one sync.', storage.journalRounds),
    counter('journal_bytes_total', 'Bytes written to the journal.', storage.journalBytes),
    counter('failed_replicas_total', 'Replicas whose logs failed, since the node started.', node.failed.total),
    gauge('offline_replicas', 'Replicas that are offline because their logs failed.', node.failed.offline),
    counter('salvaged_replicas_total', 'Logs cut because an operator accepted loss.', node.losses.salvaged),
    gauge('open_files', 'Segment files open.', storage.openFiles),
    gauge(
      'fenced_brokers',
      'Registered brokers that are not used.',
      status.brokers.filter(({ fenced }) => fenced).length,
    ),
  ];
}
