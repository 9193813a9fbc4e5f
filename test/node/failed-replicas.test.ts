/** When the log of a failed replica is reported, deleted and made anew, and when it is kept: gate by gate. */
import { describe, expect, it } from 'vitest';
import { groupId, incarnation, METADATA_GROUP, nodeId } from '../../raft/index.ts';
import type { GroupId } from '../../raft/index.ts';
import type { LogFailure } from '../../storage/index.ts';
import type { ReportFailedReplicas } from '../../src/controller/index.ts';
import type { MetadataImage, Partition as PartitionRecord } from '../../src/metadata/index.ts';
import { emptyImage } from '../../src/metadata/index.ts';
import { FailedReplicas } from '../../src/node/failed-replicas.ts';
import type { FailedReplicasPorts } from '../../src/node/failed-replicas.ts';
import { ManualClock } from '../controller/manual-clock.ts';

const GROUP = groupId('id:0');
const DAMAGE: LogFailure = {
  kind: 'damaged',
  path: '/data/logs/t-0/0.log',
  position: 77,
  reason: 'the CRC does not match',
};

/** Node 1 with a replica of t-0 whose leader is in term 5, as seen by its metadata. */
class Rig {
  readonly clock = new ManualClock();
  readonly reports: ReportFailedReplicas['replicas'][number][] = [];
  readonly rebuilt: GroupId[] = [];
  readonly rebuiltAt: number[] = [];
  readonly lines: string[] = [];
  readonly deaths: string[] = [];
  readonly failed: FailedReplicas;
  #image: MetadataImage = emptyImage();
  #offline: string | null = null;

  constructor() {
    const partition = { id: { topicId: 'id', topic: 't', index: 0 }, replica: { term: 5 } };
    const ports = {
      self: { node: nodeId(1), incarnation: incarnation('life') },
      clock: this.clock,
      sink: {
        log: (_level: string, message: string, fields: object) =>
          this.lines.push(`${message} ${JSON.stringify(fields)}`),
      },
      image: () => this.#image,
      fatal: (reason: string) => this.deaths.push(reason),
      client: {
        ask: (command: ReportFailedReplicas) => {
          this.reports.push(...command.replicas);
          return Promise.resolve({ kind: 'unknown', reason: 'lost' });
        },
      },
      hosting: {
        takeOffline: (_group: GroupId, reason: string) => {
          if (this.#offline !== null) return null;
          this.#offline = reason;
          return { ...partition, failed: reason };
        },
        rebuild: (group: GroupId) => {
          this.#offline = null;
          this.rebuilt.push(group);
          this.rebuiltAt.push(this.clock.now());
        },
      },
    };
    this.failed = new FailedReplicas(ports as unknown as FailedReplicasPorts);
    this.apply({});
  }

  apply(change: Partial<PartitionRecord>): void {
    const nodes = [1, 2, 3].map((node) => nodeId(node));
    const record = {
      replicas: nodes,
      isr: nodes,
      elr: [],
      leader: 2,
      leaderTerm: 5,
      version: 8,
      replication: 'isr',
      ...change,
    };
    this.#image = {
      ...emptyImage(),
      topicsById: new Map([['id', { partitions: [record] }]]),
    } as unknown as MetadataImage;
    this.failed.onImage();
  }

  /** Metadata as it is once the report is through. */
  applyTakenOut(change: Partial<PartitionRecord> = {}): void {
    this.apply({ isr: [nodeId(2), nodeId(3)], leaderTerm: 6 as never, version: 9, ...change });
  }
}

describe('a log that failed', () => {
  it('is reported with the version that is applied, until metadata shows it, and then made anew', async () => {
    const rig = new Rig();
    rig.failed.onLogFailure(GROUP, DAMAGE);
    expect(rig.reports).toEqual([{ topicId: 'id', partition: 0, version: 8 }]);
    expect(rig.lines[0]).toContain('/data/logs/t-0/0.log at byte 77: the CRC does not match');
    await rig.clock.advance(200);
    expect(rig.reports).toHaveLength(2);
    expect(rig.rebuilt).toEqual([]);
    rig.applyTakenOut();
    expect(rig.rebuilt).toEqual([GROUP]);
    expect([rig.failed.total, rig.failed.offline]).toEqual([1, 0]);
  });

  it.each<readonly [string, Partial<PartitionRecord>]>([
    ['in the ISR', { isr: [nodeId(1), nodeId(2)] }],
    ['in the ELR', { elr: [nodeId(1)] }],
    ['its leader', { leader: nodeId(1) }],
    ['led in the term in which its old log was counted', { leaderTerm: 5 as never }],
  ])('is not deleted while the replica is %s', (_, change) => {
    const rig = new Rig();
    rig.failed.onLogFailure(GROUP, DAMAGE);
    rig.applyTakenOut(change);
    expect(rig.rebuilt).toEqual([]);
    rig.applyTakenOut();
    expect(rig.rebuilt).toEqual([GROUP]);
  });

  it.each<readonly [string, Partial<PartitionRecord>, string]>([
    ['while nobody leads', { leader: null }, 'elect one uncleanly'],
    ['when it is the only one', { replicas: [nodeId(1)], isr: [], leader: null }, 'it is the only replica'],
    ['when its replicas vote', { replication: 'quorum' }, 'its vote is lost'],
  ])('is kept %s, and the operator is told once', (_, change, text) => {
    const rig = new Rig();
    rig.failed.onLogFailure(GROUP, DAMAGE);
    rig.applyTakenOut(change);
    rig.applyTakenOut(change);
    expect(rig.rebuilt).toEqual([]);
    expect(rig.lines.filter((line) => line.includes(text))).toHaveLength(1);
  });

  it('because it contradicts its leader is reported and kept: it may be right', () => {
    const rig = new Rig();
    rig.failed.onViolation({ id: { topicId: 'id', topic: 't', index: 0 }, replica: { term: 5 } } as never, 'cut below');
    expect(rig.reports).toHaveLength(1);
    rig.applyTakenOut();
    expect(rig.rebuilt).toEqual([]);
    expect(rig.lines.at(-1)).toContain('contradicts');
  });

  it('again and again is made anew less and less often', async () => {
    const rig = new Rig();
    const begin = rig.clock.now();
    for (let at = 0; at < 40_000; at += 100) {
      rig.failed.onLogFailure(GROUP, DAMAGE);
      rig.applyTakenOut();
      await rig.clock.advance(100);
    }
    expect(rig.rebuiltAt.map((at) => at - begin)).toEqual([0, 1000, 3000, 7000, 15_000, 31_000]);
  });

  it('of the metadata group ends the process; a full disk ends nothing and takes nothing offline', () => {
    const rig = new Rig();
    rig.failed.onLogFailure(METADATA_GROUP, { ...DAMAGE, kind: 'full' });
    rig.failed.onLogFailure(GROUP, { ...DAMAGE, kind: 'full' });
    expect([rig.deaths, rig.reports, rig.failed.total]).toEqual([[], [], 0]);
    rig.failed.onLogFailure(METADATA_GROUP, DAMAGE);
    expect(rig.deaths[0]).toContain('/data/logs/t-0/0.log at byte 77');
  });
});

describe('a log that could not be made', () => {
  const unmade = (rig: Rig): void => {
    const partition = {
      id: { topicId: 'id', topic: 't', index: 0 },
      replica: { term: 0, log: { failure: { kind: 'unmade' } } },
      failed: '/data/logs/t-0: no space',
    };
    rig.failed.onUnusable(partition as unknown as Parameters<FailedReplicas['onUnusable']>[0]);
  };
  const alone = { replicas: [nodeId(1)], isr: [nodeId(1)], leader: nodeId(1) };

  it('is tried again, later and later, where it is the only replica, and not reported', async () => {
    const rig = new Rig();
    rig.apply(alone);
    for (const pause of [500, 500, 2000]) {
      unmade(rig);
      await rig.clock.advance(pause);
    }
    expect(rig.reports).toEqual([]);
    expect(rig.rebuiltAt).toEqual([1000, 2000, 4000]);
    expect(rig.lines.at(-1)).toContain('log is made again');
  });

  it('is reported like any other where others can take its place', () => {
    const rig = new Rig();
    unmade(rig);
    expect(rig.reports).toEqual([{ topicId: 'id', partition: 0, version: 8 }]);
    expect(rig.rebuilt).toEqual([]);
  });

  it('is tried again where its replicas vote and another leads: it never has', () => {
    const rig = new Rig();
    rig.apply({ replication: 'quorum', leader: nodeId(2) });
    unmade(rig);
    expect([rig.reports, rig.rebuilt]).toEqual([[], [GROUP]]);
  });
});
