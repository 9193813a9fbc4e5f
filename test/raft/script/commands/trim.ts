/** `trim ID TO`: the log of the leader ID begins at TO from now on. */
import { offset } from '../../../../raft/index.ts';
import type { Session } from '../session.ts';

export function trim(session: Session, [id = '', to = '']: readonly string[]): void {
  session.node(id).input({ kind: 'advance-log-start', to: offset(Number(to)) }, session.time);
  session.collect();
}
