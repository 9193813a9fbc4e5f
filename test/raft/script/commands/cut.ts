/** `cut A B`: the link between A and B breaks in both directions. */
import type { Session } from '../session.ts';

export function cut(session: Session, [left = '', right = '']: readonly string[]): void {
  session.cuts.add(`${Math.min(Number(left), Number(right))}-${Math.max(Number(left), Number(right))}`);
  session.disconnect(session.node(left), session.node(right));
}
