/** `status [ID]`: one line per node. */
import { describeStatus, statusOf } from '../../../../raft/index.ts';
import type { Session } from '../session.ts';

export function status(session: Session, [only]: readonly string[]): void {
  for (const node of session.nodes.values()) {
    if (only !== undefined && Number(only) !== node.id) continue;
    session.say(`${node.id} ${node.alive ? describeStatus(statusOf(node.core)) : 'dead'}`);
  }
}
