/** `transfer ID TO`: ask ID to hand its leadership over. */
import { nodeId } from '../../../../raft/index.ts';
import type { Session } from '../session.ts';

export function transfer(session: Session, [id = '', to = '']: readonly string[]): void {
  session.node(id).input({ kind: 'transfer', to: nodeId(Number(to)) }, session.time);
  session.collect();
}
