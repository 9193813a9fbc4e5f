/** `bootstrap ID 1,2,3`: every configured voter was seen empty. */
import { voters } from '../../cluster/configs.ts';
import type { Session } from '../session.ts';

export function bootstrap(session: Session, [id = '', list = '']: readonly string[]): void {
  session.node(id).input({ kind: 'bootstrap', voters: voters(...list.split(',').map(Number)) }, session.time);
  session.collect();
}
