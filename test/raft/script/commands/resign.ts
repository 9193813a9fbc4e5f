/** `resign ID`: ID gives up what it leads. */
import type { Session } from '../session.ts';

export function resign(session: Session, [id = '']: readonly string[]): void {
  session.node(id).input({ kind: 'resign' }, session.time);
  session.collect();
}
