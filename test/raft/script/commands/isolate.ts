/** `isolate ID`: all links of ID break. */
import type { Session } from '../session.ts';
import { cut } from './cut.ts';

export function isolate(session: Session, [id = '']: readonly string[]): void {
  for (const other of session.nodes.keys()) if (other !== Number(id)) cut(session, [id, String(other)]);
}
