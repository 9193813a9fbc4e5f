/** `suspect ID PEER`: ID is told that the process of PEER is probably dead. */
import { nodeId } from '../../../../raft/index.ts';
import type { Session } from '../session.ts';

export function suspect(session: Session, [id = '', peer = '']: readonly string[]): void {
  session.node(id).input({ kind: 'suspect', peer: nodeId(Number(peer)) }, session.time);
  session.collect();
}
