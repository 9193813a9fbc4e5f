/** Which partitions a node hosts: opened, configured and deleted as applied metadata says, one piece of work on a log at a time. */
import { describe, expect, it } from 'vitest';
import { groupId, millis, nodeId, offset, term } from '../../raft/index.ts';
import type { GroupId, RecoveredLog } from '../../raft/index.ts';
import type { ReplicaLog, Store } from '../../storage/index.ts';
import { applyRecords, emptyImage } from '../../src/metadata/index.ts';
import type { MetadataImage, MetadataRecord } from '../../src/metadata/index.ts';
import { Hosting, logDirectory } from '../../src/partition/index.ts';
import { Replica, TurnQueue } from '../../src/replica/index.ts';
import { TestClock } from '../coordinator/test-clock.ts';
import { created, registered, topicIdOf } from '../handlers/handler-rig.ts';
import { FakeNetwork, identityOf, keepingSink } from '../replica/fake-transport.ts';
import { MemoryReplicaLog } from '../replica/memory-replica-log.ts';
import { groupConfigOf } from '../replica/replica-rig.ts';
import { SETTINGS } from './partition-rig.ts';

class HostingRig {
  readonly clock = new TestClock();
  readonly work: string[] = [];
  readonly recovered = new Map<GroupId, RecoveredLog>();
  /** Openings and deletions take this long. */
  slowness = 0;
  image: MetadataImage = applyRecords(
    emptyImage(),
    [1, 2, 3].flatMap((node) => registered(node)),
    offset(0),
    term(1),
  );
  readonly hosting: Hosting;

  constructor(found: readonly string[] = []) {
    const { clock, work } = this;
    const { sink } = keepingSink();
    const network = new FakeNetwork(clock);
    const turns = new TurnQueue(clock);
    const silent = { onMessage: () => undefined, onConnected: () => undefined, onDisconnected: () => undefined };
    const transport = network.join(identityOf(1), silent);
    const groups = found.map((group) => ({
      group: groupId(group),
      directory: group,
      flush: 'always' as const,
      failed: false,
    }));
    const store: Partial<Store> = {
      groups,
      deleteLog: async (group) => {
        work.push(`delete ${group}`);
        await this.#pause();
        work.push(`deleted ${group}`);
      },
    };
    this.hosting = new Hosting({
      self: nodeId(1),
      incarnation: identityOf(1).incarnation,
      store: store as Store,
      sink,
      hooks: {
        wallNow: () => clock.wallNow(),
        now: () => clock.now(),
        sink,
        onLeadership: () => undefined,
        onProposeIsr: () => undefined,
        onViolation: () => undefined,
        onQuorumLeader: () => undefined,
      },
      settingsOf: () => SETTINGS,
      openLog: async (group): Promise<ReplicaLog> => {
        work.push(`open ${group}`);
        await this.#pause();
        work.push(`opened ${group}`);
        return new MemoryReplicaLog(clock, group);
      },
      startReplica: ({ group, policy, log, recovered, notify }) => {
        this.recovered.set(group, recovered);
        const config = groupConfigOf(1, policy);
        const snapshots = null;
        return new Replica({
          config,
          group,
          log,
          recovered,
          clock,
          transport,
          turns,
          sink,
          snapshots,
          notify,
          onDue: () => undefined,
        });
      },
      stopReplica: () => undefined,
      onUnusable: () => undefined,
    });
  }

  apply(...records: readonly MetadataRecord[]): void {
    this.image = applyRecords(this.image, records, offset(this.image.end), term(1));
    this.hosting.apply(this.image);
  }

  #pause(): Promise<void> {
    if (this.slowness === 0) return Promise.resolve();
    return new Promise((resolve) => void this.clock.setTimer(millis(this.slowness), () => resolve()));
  }
}

const GROUP = `${topicIdOf(1)}:0`;
const replicas = (version: number, ...nodes: readonly number[]): MetadataRecord => ({
  kind: 'partition-changed',
  topicId: topicIdOf(1),
  partition: 0,
  version,
  replicas: nodes.map((node) => nodeId(node)),
  isr: nodes.map((node) => nodeId(node)),
  elr: null,
  lossy: null,
  leadership: null,
});

describe('hosting', () => {
  it('opens what is assigned here, and leads what it is appointed to', async () => {
    const rig = new HostingRig();
    rig.hosting.apply(rig.image);
    rig.apply(...created(1, 'orders', [1, 2]));
    expect(rig.hosting.opening).toBe(2);
    await rig.clock.advance(10);
    expect(rig.hosting.opening).toBe(0);
    expect(rig.hosting.partition(topicIdOf(1), 0)?.leading).toMatchObject({ term: 1 });
    expect(rig.hosting.partition(topicIdOf(1), 1)?.leading).toBeNull();
  });

  it('does nothing before its own registration is applied', () => {
    const rig = new HostingRig();
    const other = applyRecords(emptyImage(), [...registered(2), ...created(1, 'orders', [2])], offset(0), term(1));
    rig.hosting.apply(other);
    expect(rig.work).toEqual([]);
  });

  it('logs found on disk that the metadata does not assign here are deleted, others are not', async () => {
    const rig = new HostingRig([GROUP, `${topicIdOf(9)}:3`, 'metadata']);
    rig.image = applyRecords(rig.image, created(1, 'orders', [1]), offset(rig.image.end), term(1));
    rig.hosting.apply(rig.image);
    await rig.clock.advance(10);
    expect(rig.work.filter((line) => line.startsWith('delete '))).toEqual([`delete ${topicIdOf(9)}:3`]);
  });

  it('a partition that leaves and comes back while its log is being opened or deleted: one thing after the other', async () => {
    const rig = new HostingRig();
    rig.slowness = 100;
    rig.hosting.apply(rig.image);
    rig.apply(...created(1, 'orders', [1]));
    await rig.clock.advance(10);
    rig.apply(replicas(1, 2, 3));
    await rig.clock.advance(10);
    rig.apply(replicas(2, 1, 2, 3));
    await rig.clock.advance(1000);
    expect(rig.work).toEqual([
      `open ${GROUP}`,
      `opened ${GROUP}`,
      `delete ${GROUP}`,
      `deleted ${GROUP}`,
      `open ${GROUP}`,
      `opened ${GROUP}`,
    ]);
    expect(rig.hosting.partition(topicIdOf(1), 0)).not.toBeNull();
  });

  it('one that leaves before its opening began is never opened', async () => {
    const rig = new HostingRig();
    rig.slowness = 100;
    rig.hosting.apply(rig.image);
    rig.apply(...created(1, 'orders', [1]));
    rig.apply(replicas(1, 2, 3));
    rig.apply(replicas(2, 1, 2, 3));
    rig.apply(replicas(3, 2, 3));
    await rig.clock.advance(1000);
    expect(rig.work.filter((line) => line.startsWith('open '))).toHaveLength(1);
    expect(rig.work.at(-1)).toBe(`deleted ${GROUP}`);
    expect(rig.hosting.partition(topicIdOf(1), 0)).toBeNull();
  });

  it('an empty log votes in a quorum partition only when nobody led it before, or it was created before our eyes (M25)', async () => {
    const quorum = (leaderTerm: number): readonly MetadataRecord[] =>
      created(1, 'orders', [null]).map((record) =>
        record.kind === 'partition-created'
          ? {
              ...record,
              replication: 'quorum' as const,
              leadership: { ...record.leadership, leaderTerm: term(leaderTerm) },
            }
          : record,
      );
    const votersOf = async (leaderTerm: number, watching: boolean): Promise<number | null> => {
      const rig = new HostingRig();
      if (watching) rig.hosting.apply(rig.image);
      rig.apply(...quorum(leaderTerm));
      await rig.clock.advance(10);
      return rig.recovered.get(groupId(GROUP))?.initialVoters?.length ?? null;
    };
    expect(await votersOf(0, false)).toBe(3);
    expect(await votersOf(4, true)).toBe(3);
    expect(await votersOf(4, false)).toBeNull();
  });

  it('the directory of the longest topic name that Kafka allows is a file name', () => {
    const topic = { name: 'x'.repeat(249), id: 'i'.repeat(22) } as never;
    expect(logDirectory(topic, 2 ** 31 - 1).length).toBeLessThanOrEqual(255);
    expect(logDirectory(topic, 0)).toContain(`-0.${'i'.repeat(22)}`);
  });

  it('directories are told apart by topic id', () => {
    expect(logDirectory({ name: 'orders', id: 'abc' } as never, 2)).toBe('orders-2.abc');
  });
});
