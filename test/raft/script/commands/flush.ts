/** `flush ID [COUNT]`: the next COUNT persists of ID (default all) become durable. */
import type { Session } from '../session.ts';

export function flush(session: Session, [id = '', count = '1000']: readonly string[]): void {
  session.node(id).flush(Number(count), session.time);
  session.collect();
}
