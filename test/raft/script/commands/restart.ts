/** `restart ID`: a new life on the same disk, connected to all that can be reached. */
import type { Session } from '../session.ts';

export function restart(session: Session, [id = '']: readonly string[]): void {
  session.restart(Number(id));
  session.connectAll();
}
