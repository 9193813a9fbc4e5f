/** `voters ID 1,2,3`: ask ID to change the voters. */
import { voters as votersOf } from '../../cluster/configs.ts';
import type { Session } from '../session.ts';

export function voters(session: Session, [id = '', list = '']: readonly string[]): void {
  session.node(id).input({ kind: 'change-voters', voters: votersOf(...list.split(',').map(Number)) }, session.time);
  session.collect();
}
