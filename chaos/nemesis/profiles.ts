/**
 * Profiles: which faults a swarm is drawn from, and what of a run's shape is fixed for it.
 *
 * | profile      | what it is for                                                                                       |
 * |--------------|------------------------------------------------------------------------------------------------------|
 * | default      | everything that keeps the promise, some of it in each run                                            |
 * | network      | partitions, slow and lossy links only: elections and replication                                     |
 * | disk         | slow, full, failing and damaged disks, deaths in the middle of disk operations                       |
 * | clock        | clocks that run wrong, and pauses                                                                    |
 * | membership   | disks replaced, nodes away for long, more brokers than voters                                        |
 * | transactions | transactions, consume-transform-produce, producers that must not repeat themselves, groups           |
 * | powerloss    | machines without power, one or all, under both flush modes                                           |
 * | upgrade      | rolling restarts, with kills and slow links in the middle; one build: there is no older one to mix   |
 * | beyond       | more damage at once than the promise bears: nothing is lost in silence, and nobody is given wrong records |
 */
import type { WorkloadShape } from '../workload/index.ts';
import { namesOf } from './faults.ts';
import type { FaultName } from './faults.ts';

export interface Profile {
  readonly faults: readonly FaultName[];
  /** In every run, whatever else is drawn. */
  readonly always: readonly FaultName[];
  readonly workload: Partial<WorkloadShape>;
  /** The budget is no limit; only what must hold even then is checked. */
  readonly beyond?: true;
}

const ALL: readonly FaultName[] = [
  ...namesOf('process'),
  ...namesOf('life'),
  ...namesOf('network'),
  ...namesOf('disk'),
  ...namesOf('damage'),
  ...namesOf('clock'),
  ...namesOf('recipes'),
];

export const PROFILES = {
  default: { faults: ALL, always: [], workload: {} },
  network: { faults: [...namesOf('network'), 'pause', 'slow-leader', 'double-failover'], always: [], workload: {} },
  disk: {
    faults: [...namesOf('disk'), ...namesOf('damage'), 'kill-at-disk', 'exit-in-recovery', 'power-loss', 'kill'],
    always: [],
    workload: {},
  },
  clock: { faults: [...namesOf('clock'), 'pause', 'kill-leader', 'isolate'], always: ['clock-rate'], workload: {} },
  membership: {
    faults: ['damage-journal', 'kill', 'kill-controller', 'stop', 'isolate', 'power-loss', 'stale-join'],
    always: ['damage-journal'],
    workload: {},
  },
  transactions: {
    faults: [...namesOf('process'), ...namesOf('network')],
    always: [],
    workload: { bursts: true, members: 2, transactions: 2, transformers: true, heartbeaters: 3 },
  },
  powerloss: {
    faults: ['power-loss', 'power-loss-all', 'part-kill', 'stale-join', 'kill-at-disk', 'slow-disk', 'isolate'],
    always: ['power-loss-all'],
    workload: {},
  },
  beyond: {
    faults: [
      ...namesOf('damage'),
      ...namesOf('deceit'),
      'replace-disk',
      'power-loss-all',
      'kill-all',
      'kill',
      'isolate',
    ],
    always: ['damage-several'],
    workload: {
      members: 0,
      admins: 0,
      racers: 0,
      sequenced: 0,
      bursts: false,
      fragile: null,
      trimmed: null,
      transactions: 0,
      transformers: false,
      heartbeaters: 0,
      compacted: null,
    },
    beyond: true,
  },
  upgrade: { faults: ['stop', 'rolling-restart', 'kill', 'slow-network'], always: ['rolling-restart'], workload: {} },
} as const satisfies Readonly<Record<string, Profile>>;

/** Whether runs of this profile damage more than the promise bears. */
export function isBeyond(name: ProfileName): boolean {
  const profile: Profile = PROFILES[name];
  return profile.beyond === true;
}

export type ProfileName = keyof typeof PROFILES;
export const PROFILE_NAMES = Object.keys(PROFILES) as readonly ProfileName[];
