/**
 * `cluster quorum|isr NODES [voters=1,2] [min=2] [bootstrap] [chunk=0] [window=2] [append=100]`: fresh nodes, all
 * connected.
 */
import { byteCount, nodeId } from '../../../../raft/index.ts';
import { configOf, voters } from '../../cluster/configs.ts';
import { SimNode } from '../../cluster/sim-node.ts';
import { type Session, settingsOf } from '../session.ts';

export function cluster(session: Session, args: readonly string[]): void {
  const [policy, count] = args;
  const settings = settingsOf(args);
  session.policy = policy === 'isr' ? 'isr' : 'quorum';
  session.minInsync = Number(settings.get('min') ?? 1);
  session.settings = {
    ...(settings.has('chunk') ? { snapshotChunkBytesMax: byteCount(Number(settings.get('chunk'))) } : {}),
    ...(settings.has('append') ? { appendBytesMax: byteCount(Number(settings.get('append'))) } : {}),
    ...(settings.has('window') ? { inflightAppendsMax: Number(settings.get('window')) } : {}),
  };
  const ids = Array.from({ length: Number(count) }, (_, index) => nodeId(index + 1));
  const voting = settings.get('voters')?.split(',').map(Number) ?? ids;
  const initial = session.policy === 'isr' || args.includes('bootstrap') ? null : voters(...voting);
  for (const id of ids)
    session.add(new SimNode(configOf(session.policy, id, 1, session.settings), initial, session.time));
  session.connectAll();
}
