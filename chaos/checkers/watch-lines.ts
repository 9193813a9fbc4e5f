/**
 * What nodes say in their logs: a line is heard when it is written, whether the failure report keeps it or not.
 *
 *   message ─▶ LINES: a state each        message, reason ─▶ REASONS        connections and loads of groups are counted
 */
import type { SimCluster } from '../cluster/index.ts';
import type { MarkerName, MarkerSink } from './marker-table.ts';

const LINES: Readonly<Record<string, MarkerName>> = {
  'metadata snapshot taken': 'snapshot-taken',
  'fencing a broker that is probably dead': 'dead-broker-fenced-by-hint',
  'fencing a silent broker': 'silent-broker-fenced',
  'the controller refuses this heartbeat': 'heartbeat-refused',
  'the controller refuses this registration': 'registration-refused',
  'a peer is probably dead': 'peer-suspected',
  'peer is another process than before': 'peer-replaced',
  'handshake of a peer refused': 'handshake-refused',
  'handshake with a peer failed': 'handshake-refused',
  'append refused: its bytes are not what its header says': 'append-damaged',
  'peer cut off': 'peer-silent',
  'replica is offline': 'replica-offline',
  'replica is rebuilt from its leader': 'replica-rebuilt',
  'a damaged log is whole again': 'replica-whole-again',
  'replicas have lost committed records': 'committed-loss-reported',
  'the controller stands down: the metadata log cannot be written': 'controller-disk-failed',
  'the disk is full: produce is refused until there is space': 'disk-full',
  'a transaction takes too long and is aborted': 'transaction-timed-out',
  'log of a removed partition deleted': 'log-of-deleted-topic-removed',
};

/** Where the reason tells more than the message; the first that fits. */
const REASONS: Readonly<Record<string, readonly (readonly [part: string, name: MarkerName])[]>> = {
  'peer disconnected': [
    ['reset', 'peer-reset'],
    ['ended', 'peer-ended'],
  ],
  'connection from a peer closed': [
    ['no hello', 'hello-missing'],
    ['takes its place', 'connection-replaced'],
    ['', 'frame-damaged'],
  ],
  'connection closed: request refused': [
    ['acks=', 'unanswered-failed'],
    ['', 'request-refused'],
  ],
};

const STORM = { connections: 6, milliseconds: 100 } as const;

export class LineWatch {
  readonly #markers: MarkerSink;
  /** When the last connections between nodes were made, oldest first. */
  readonly #connected: number[] = [];
  /** Nodes that have loaded each partition of the groups' topic. */
  readonly #coordinators = new Map<number, Set<number>>();
  /** And of the transactions' topic. */
  readonly #transactional = new Map<number, Set<number>>();

  constructor(markers: MarkerSink) {
    this.#markers = markers;
  }

  watch(cluster: SimCluster): void {
    for (const number of cluster.numbers()) {
      cluster.machine(number).log.listener = (message, fields) => {
        const name = LINES[message];
        if (name !== undefined) this.#markers.reach(name);
        if (message === 'peer connected') this.#connectedAt(cluster.world.now());
        const reasons = REASONS[message];
        if (reasons !== undefined) this.#reachFor(reasons, String(fields?.['reason']));
        if (message === 'broker state' && fields?.['state'] === 'leaving') this.#markers.reach('shutdown-controlled');
        if (message === 'a log was compacted' && Number(fields?.['freed']) > 0) this.#markers.reach('log-compacted');
        if (message === 'groups loaded')
          this.#loaded(number, Number(fields?.['partition']), Number(fields?.['groups']));
        if (message === 'transactions loaded') this.#transactionsLoaded(number, fields);
      };
    }
  }

  #connectedAt(now: number): void {
    this.#connected.push(now);
    if (this.#connected.length > STORM.connections) this.#connected.shift();
    const [first] = this.#connected;
    if (this.#connected.length === STORM.connections && first !== undefined && now - first <= STORM.milliseconds)
      this.#markers.reach('reconnect-storm');
  }

  #reachFor(reasons: readonly (readonly [part: string, name: MarkerName])[], reason: string): void {
    const found = reasons.find(([part]) => reason.includes(part));
    if (found !== undefined) this.#markers.reach(found[1]);
  }

  #loaded(node: number, partition: number, groups: number): void {
    if (isSecond(this.#coordinators, partition, node)) this.#markers.reach('coordinator-moved');
    if (groups > 0) this.#markers.reach('groups-replayed');
  }

  #transactionsLoaded(node: number, fields: Readonly<Record<string, unknown>> | undefined): void {
    if (isSecond(this.#transactional, Number(fields?.['partition']), node))
      this.#markers.reach('transaction-coordinator-moved');
    if (Number(fields?.['transactions']) > 0) this.#markers.reach('transactions-replayed');
    if (Number(fields?.['ending']) > 0) this.#markers.reach('coordinator-moved-while-ending');
  }
}

/** Whether a partition has been loaded by another node, too. */
function isSecond(loaders: Map<number, Set<number>>, partition: number, node: number): boolean {
  const nodes = loaders.get(partition) ?? new Set();
  loaders.set(partition, nodes);
  nodes.add(node);
  return nodes.size > 1;
}
