/** `campaign ID`: an election timeout passes that only ID notices. */
import type { Session } from '../session.ts';

export function campaign(session: Session, [id = '']: readonly string[]): void {
  session.now += 1300;
  session.node(id).input({ kind: 'tick' }, session.time);
  session.collect();
}
