/** A workload in which nobody does anything but what the test adds. */
import { seededRandom } from '../../../raft/index.ts';
import { ALWAYS_BUSY, drawWorkload } from '../../../chaos/workload/index.ts';
import type { WorkloadShape } from '../../../chaos/workload/index.ts';

export function quietWorkload(nodes: number): WorkloadShape {
  const nothing = {
    phases: ALWAYS_BUSY,
    quorumTopic: false,
    sparse: false,
    fragile: null,
    trimmed: null,
    writers: 0,
    bursts: false,
    wanderers: 0,
    watchers: false,
    members: 0,
    admins: 0,
    lookers: 0,
    racers: 0,
    sequenced: 0,
    rude: false,
    transactions: 0,
    transformers: false,
    heartbeaters: 0,
    compacted: null,
  };
  return drawWorkload(seededRandom('quiet'), nodes, nothing);
}
