/**
 * D8 and P10 against the platters (`platter.ts`), not against what processes say of their disks. Logs with flush=always only: what
 * others acknowledge is in the page cache.
 *
 *   D8   a log end, a vote, or an opened term that a replica takes for durable is on its machine's platter
 *   P10  the moment a client is told of acks=all, min.insync.replicas (quorum: a majority) of the platters hold the record
 *
 * A platter of a machine that is dead or got another disk counts with what it held: it was there when the answer was given.
 */
import { METADATA_GROUP, termBefore } from '../../raft/index.ts';
import type { GroupId } from '../../raft/index.ts';
import { minInsyncReplicas } from '../../src/metadata/index.ts';
import { partitionGroup } from '../../src/partition/index.ts';
import type { Replica } from '../../src/replica/index.ts';
import type { SimCluster } from '../cluster/index.ts';
import { violated } from '../workload/history.ts';
import type { SentRecord } from '../workload/history.ts';
import { Platter } from './platter.ts';

const DIRECTORY = '/data';
const JOURNAL = `${DIRECTORY}/journal/`;

export class DurableCopies {
  readonly #cluster: SimCluster;
  readonly #platters = new Map<number, Platter>();
  /** By node and group: the highest end that its platter was seen to hold; also when the disk is another one now. */
  readonly #held = new Map<string, number>();
  /** The smallest min.insync.replicas that each isr partition ever had: leaders learn of a greater one later than others. */
  readonly #least = new Map<string, number>();
  /** Acknowledgements that were compared with the platters. */
  judged = 0;

  constructor(cluster: SimCluster) {
    this.#cluster = cluster;
  }

  /** The replica's durable end has moved, or it has just come to be. */
  judgeEnd(number: number, name: string, { core, log, group }: Replica): void {
    // Where replicas vote, the node's setting does not count.
    if (log.settings.flush !== 'always' && core.config.policy !== 'quorum') return;
    const held = this.#endOn(number, group);
    if (core.durableEnd <= held) return;
    const platter = this.#platter(number);
    const isMetadata = group === METADATA_GROUP;
    if (isMetadata && core.durableEnd <= platter.snapshotEnd()) return;
    const directory = isMetadata ? `@${METADATA_GROUP}` : `${name}.${group.slice(0, group.lastIndexOf(':'))}`;
    if (!platter.segmentsHold(group, directory, core.durableEnd, termBefore(core, core.durableEnd) ?? 0))
      violated(
        'D8',
        `node ${number} takes ${name} for durable below ${core.durableEnd}, its platter holds it below ${held}`,
      );
  }

  /** The replica takes its term and vote for durable. */
  judgeVote(number: number, name: string, { core, group }: Replica): void {
    const held = this.#platter(number).hardState(group);
    const { term, votedFor } = core.issued;
    const isHeld = held !== null && held.term === term && held.votedFor?.node === votedFor?.node;
    if (isHeld || (term === 0 && votedFor === null)) return;
    const says = `term ${term} with a vote for ${votedFor?.node ?? 'nobody'}`;
    const is = held === null ? 'nothing' : `term ${held.term} with one for ${held.votedFor?.node ?? 'nobody'}`;
    violated('D8', `node ${number} takes ${says} in ${name} for durable, its platter holds ${is}`);
  }

  /** The replica, which leads an isr group, may send in its term from now on: all who hear of the term must find it again. */
  judgeTerm(number: number, name: string, { core, log, group }: Replica): void {
    if (log.settings.flush !== 'always') return;
    const held = this.#platter(number).newestTerm(group);
    if (held < core.term)
      violated(
        'D8',
        `node ${number} sends in term ${core.term} of ${name}, its platter knows the log up to term ${held}`,
      );
  }

  /** End of the newest metadata snapshot on the node's platter; 0: none. */
  snapshotEnd(number: number): number {
    return this.#platter(number).snapshotEnd();
  }

  /** Metadata says so of an isr partition. */
  noteLeast(group: GroupId, least: number): void {
    if (least < (this.#least.get(group) ?? Number.POSITIVE_INFINITY)) this.#least.set(group, least);
  }

  /** A client was just told that the record is written, and kept. */
  judgeAck({ id, topic: label, partition, kept }: SentRecord, offset: number | null): void {
    if (!kept || offset === null) return;
    const image = this.#cluster.image();
    // See `History.label`.
    const [name = '', topicId = ''] = label.split('#');
    const topic = topicId === '' ? image?.topicsByName.get(name) : image?.topicsById.get(topicId);
    const record = topic?.partitions[partition];
    if (image === null || topic === undefined || record === undefined) return;
    const group = partitionGroup(topic.id, partition);
    if (!record.replicas.some((node) => this.#isFlushed(node, topic.id, partition))) return;
    const isQuorum = record.replication === 'quorum';
    const least = isQuorum
      ? Math.floor(record.replicas.length / 2) + 1
      : Math.min(minInsyncReplicas(image, topic, record), this.#least.get(group) ?? record.replicas.length);
    this.judged += 1;
    const holders = (fresh: boolean): number =>
      this.#cluster.numbers().filter((node) => this.#heldOn(node, group, fresh) > offset).length;
    if (holders(false) >= least || holders(true) >= least) return;
    const ends = record.replicas.map((node) => `${node}:${this.#heldOn(node, group, false)}`).join(' ');
    violated(
      'P10',
      `${id} was acknowledged in ${name}/${partition} at ${offset}, ${least} platters must hold it; they end at ${ends}`,
    );
  }

  #isFlushed(node: number, topicId: string, index: number): boolean {
    const partition = this.#cluster.node(node)?.node.hosting.partition(topicId, index) ?? null;
    return partition !== null && partition.replica.log.settings.flush === 'always';
  }

  /** `fresh`: look at the platter itself before. */
  #heldOn(node: number, group: GroupId, fresh: boolean): number {
    if (fresh) this.#endOn(node, group);
    return this.#held.get(`${node} ${group}`) ?? 0;
  }

  #endOn(number: number, group: GroupId): number {
    const end = this.#platter(number).end(group);
    const key = `${number} ${group}`;
    if (end > (this.#held.get(key) ?? 0) && group !== METADATA_GROUP) this.#held.set(key, end);
    return end;
  }

  #platter(number: number): Platter {
    let platter = this.#platters.get(number);
    if (platter === undefined) {
      const { disk } = this.#cluster.machine(number);
      const made = new Platter(disk, DIRECTORY);
      platter = made;
      made.follow();
      disk.onSync = (path) => {
        if (path.startsWith(JOURNAL)) made.follow();
      };
      this.#platters.set(number, platter);
    }
    return platter;
  }
}
