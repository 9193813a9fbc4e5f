/** `snapshot ID`: ID keeps a snapshot of all that is committed, and its log begins there. */
import type { Session } from '../session.ts';

export function snapshot(session: Session, [id = '']: readonly string[]): void {
  session.node(id).takeSnapshot(session.time);
  session.collect();
}
