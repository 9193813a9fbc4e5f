/** `logs`: the terms of each node's batches, from its log start. */
import type { Session } from '../session.ts';

export function logs(session: Session): void {
  for (const node of session.nodes.values()) {
    const terms = node.memory.batches.map(({ position }) => position.term).join(' ');
    session.say(`${node.id} ${node.memory.logStart}: ${terms === '' ? 'empty' : terms}`);
  }
}
