/** `crash ID [KEPT]`: ID dies; the first KEPT unflushed persists reached its disk, the rest is lost. */
import type { Session } from '../session.ts';

export function crash(session: Session, [id = '', kept = '0']: readonly string[]): void {
  const node = session.node(id);
  session.collect();
  for (const other of session.nodes.values()) if (other !== node) session.disconnect(node, other);
  node.crash(Number(kept));
}
