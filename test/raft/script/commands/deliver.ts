/** `deliver FROM>TO [COUNT]`: the oldest COUNT messages of a link (default all that are there). */
import { link, type Session } from '../session.ts';

export function deliver(session: Session, [on = '', count = '1000']: readonly string[]): void {
  session.collect();
  const [from, to] = link(on);
  const chosen = session.network
    .filter((envelope) => envelope.from === from && envelope.to === to)
    .slice(0, Number(count));
  session.network = session.network.filter((envelope) => !chosen.includes(envelope));
  for (const envelope of chosen) session.deliver(envelope);
}
