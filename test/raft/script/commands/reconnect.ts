/** `reconnect A B`: the connection is replaced; what was under way is lost. */
import type { Session } from '../session.ts';

export function reconnect(session: Session, [left = '', right = '']: readonly string[]): void {
  session.disconnect(session.node(left), session.node(right));
  session.connectAll();
}
