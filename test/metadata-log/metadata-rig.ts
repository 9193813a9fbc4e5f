/** Metadata groups on one or more nodes: real replicas and machines, memory logs and snapshots. */
import { byteCount, METADATA_GROUP } from '../../raft/index.ts';
import type { GroupConfig, NodeId, Offset, Term } from '../../raft/index.ts';
import type { MetadataImage, MetadataRecord } from '../../src/metadata/index.ts';
import { MetadataGroup } from '../../src/metadata-log/index.ts';
import { Replicas, TurnQueue } from '../../src/replica/index.ts';
import { TestClock } from '../coordinator/test-clock.ts';
import { FakeNetwork, identityOf, keepingSink } from '../replica/fake-transport.ts';
import { LOG_SETTINGS, MemoryReplicaLog } from '../replica/memory-replica-log.ts';
import { groupConfigOf } from '../replica/replica-rig.ts';
import { memoryStore, MemorySnapshots } from './memory-snapshots.ts';

export interface MetadataNode {
  readonly group: MetadataGroup;
  readonly log: MemoryReplicaLog;
  readonly snapshots: MemorySnapshots;
  readonly images: MetadataImage[];
  readonly leaderships: string[];
  readonly lines: readonly string[];
}

export interface MetadataRigOptions {
  readonly nodes?: number;
  readonly snapshotEveryBytes?: number;
  readonly config?: Partial<GroupConfig>;
}

export class FatalError extends Error {
  override readonly name = 'FatalError';
}

export class MetadataRig {
  readonly clock = new TestClock();
  readonly network = new FakeNetwork(this.clock);
  readonly #options: MetadataRigOptions;
  readonly nodes = new Map<number, MetadataNode>();

  constructor(options: MetadataRigOptions = {}) {
    this.#options = options;
  }

  static async start(options: MetadataRigOptions = {}): Promise<MetadataRig> {
    const rig = new MetadataRig(options);
    for (let node = 1; node <= (options.nodes ?? 1); node += 1) await rig.open(node);
    rig.network.connectAll();
    await rig.clock.advance(3000);
    return rig;
  }

  at(node: number): MetadataNode {
    const found = this.nodes.get(node);
    if (found === undefined) throw new Error(`no node ${node}`);
    return found;
  }

  get leader(): MetadataNode {
    const found = [...this.nodes.values()].find(({ group }) => group.replica.leads);
    if (found === undefined) throw new Error('no leader');
    return found;
  }

  async open(
    node: number,
    log = new MemoryReplicaLog(this.clock, METADATA_GROUP),
    snapshots = new MemorySnapshots(),
  ): Promise<MetadataNode> {
    const { clock } = this;
    const { nodes = 1, snapshotEveryBytes = 1 << 20, config = {} } = this.#options;
    const { sink, lines } = keepingSink();
    const turns = new TurnQueue(clock);
    const replicas = new Replicas(clock, turns);
    const transport = this.network.join(identityOf(node), {
      onMessage: (from, group, message, attachment) => replicas.onMessage(from.node, group, message, attachment),
      onConnected: (peer) => replicas.onConnected(peer),
      onDisconnected: (other: NodeId) => replicas.onDisconnected(other),
    });
    transport.onRoom(() => replicas.onRoom());
    const images: MetadataImage[] = [];
    const leaderships: string[] = [];
    const group = await MetadataGroup.open({
      config: { ...groupConfigOf(node, 'quorum'), snapshotChunkBytesMax: byteCount(100), ...config },
      store: memoryStore(log, snapshots),
      settings: LOG_SETTINGS,
      initialVoters: Array.from({ length: nodes }, (_, at) => groupConfigOf(at + 1, 'quorum').self),
      clock,
      transport,
      turns,
      sink,
      snapshotEveryBytes,
      onDue: (due, replica) => replicas.noteDue(due, replica),
      fatal: (reason) => {
        throw new FatalError(reason);
      },
      events: {
        onImage: (image) => void images.push(image),
        onLeadership: (term: Term, termStart: Offset) => void leaderships.push(`leads ${term} from ${termStart}`),
        onLeadershipLost: () => void leaderships.push('lost'),
        onLeader: () => undefined,
      },
    });
    if (!(group instanceof MetadataGroup)) throw new FatalError(`${group.failed.kind}: ${group.failed.reason}`);
    const made: MetadataNode = { group, log, snapshots, images, leaderships, lines };
    this.nodes.set(node, made);
    replicas.add(group.replica);
    group.start();
    return made;
  }
}

/** A record that shows in the image: a cluster config. */
export function setting(key: string, value: string): MetadataRecord {
  return { kind: 'config-set', scope: { kind: 'cluster' }, key, value };
}
