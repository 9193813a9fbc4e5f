/** `heal`: all links work again, with fresh connections. */
import type { Session } from '../session.ts';

export function heal(session: Session): void {
  session.cuts.clear();
  session.connectAll();
}
