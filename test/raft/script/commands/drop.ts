/** `drop FROM>TO`: what is under way on a link is lost. */
import { link, type Session } from '../session.ts';

export function drop(session: Session, [on = '']: readonly string[]): void {
  session.collect();
  const [from, to] = link(on);
  session.network = session.network.filter((envelope) => envelope.from !== from || envelope.to !== to);
}
