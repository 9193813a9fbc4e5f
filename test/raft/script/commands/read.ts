/** `read ID NUMBER`: a read that must not be stale. */
import type { Session } from '../session.ts';

export function read(session: Session, [id = '', number = '1']: readonly string[]): void {
  session.node(id).input({ kind: 'read', id: Number(number) }, session.time);
  session.collect();
}
