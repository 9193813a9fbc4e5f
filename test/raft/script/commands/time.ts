/**
 * `time MS [quiet]`: time passes for everybody in steps of 10 ms; nothing is delivered (with `live`: everything is).
 */
import type { Session } from '../session.ts';

export function time(session: Session, [duration = '0', mode = '']: readonly string[]): void {
  for (const until = session.now + Number(duration); session.now < until;) {
    session.now += 10;
    for (const node of session.nodes.values()) if (node.alive) node.input({ kind: 'tick' }, session.time);
    session.collect();
    if (mode === 'live' || mode === 'quiet') session.stabilize();
  }
  if (mode === 'quiet') session.take();
}
