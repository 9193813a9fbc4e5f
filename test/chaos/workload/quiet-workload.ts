/** A workload in which nobody does anything but what the test adds. */
import { seededRandom } from '../../../raft/index.ts';
import { drawWorkload } from '../../../chaos/workload/index.ts';
import type { WorkloadShape } from '../../../chaos/workload/index.ts';

export function quietWorkload(nodes: number): WorkloadShape {
  const nothing = {
    quorumTopic: false,
    members: 0,
    padding: 0,
    admins: 0,
    racers: 0,
    sequenced: 0,
    rude: false,
    unanswered: false,
    sparse: false,
    bursts: false,
  };
  return drawWorkload(seededRandom('quiet'), nodes, nothing);
}
