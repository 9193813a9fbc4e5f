/** `propose ID [COUNT]`: COUNT batches of one offset each, one by one. */
import type { Session } from '../session.ts';

export function propose(session: Session, [id = '', count = '1']: readonly string[]): void {
  for (let index = 0; index < Number(count); index += 1) {
    session.values += 1;
    session.node(id).propose(1, `v${session.values}`, session.time);
  }
  session.collect();
}
