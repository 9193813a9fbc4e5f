/**
 * `assign IDS term=1 version=1 leader=1|none isr=1,2,3 [fenced=3] [stale=2] [unclean]`: the nodes IDS apply this
 * metadata (`stale`: with the former incarnation).
 */
import { nodeId, term } from '../../../../raft/index.ts';
import { lifeOf } from '../../cluster/configs.ts';
import { type Session, settingsOf } from '../session.ts';

function idsOf(text: string | undefined): number[] {
  return text === undefined || text === '' || text === 'none' ? [] : text.split(',').map(Number);
}

export function assign(session: Session, args: readonly string[]): void {
  const settings = settingsOf(args);
  const fenced = idsOf(settings.get('fenced'));
  const stale = idsOf(settings.get('stale'));
  const life = (id: number): ReturnType<typeof lifeOf> =>
    lifeOf(id, (session.lives.get(id) ?? 1) - (stale.includes(id) ? 1 : 0));
  const [leader] = idsOf(settings.get('leader'));
  const assignment = {
    term: term(Number(settings.get('term'))),
    version: Number(settings.get('version')),
    leader: leader === undefined ? null : { node: nodeId(leader), incarnation: life(leader) },
    replicas: [...session.nodes.values()].map(({ id }) => ({
      node: id,
      incarnation: fenced.includes(id) ? null : life(id),
    })),
    isr: idsOf(settings.get('isr')).map(nodeId),
    minInsyncReplicas: session.minInsync,
    unclean: args.includes('unclean'),
  };
  for (const id of idsOf(args[0])) session.node(id).input({ kind: 'assign', assignment }, session.time);
  session.collect();
}
