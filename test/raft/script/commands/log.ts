/**
 * `log ID 1x3 4x2 [term=7]`: the disk of ID holds three batches of term 1, then two of term 4, and has seen term 7;
 * it restarts from there.
 */
import { byteCount, offset, present, term } from '../../../../raft/index.ts';
import { logEnd } from '../../cluster/sim-disk.ts';
import { type Session, settingsOf } from '../session.ts';

export function log(session: Session, [id = '', ...args]: readonly string[]): void {
  const seen = settingsOf(args).get('term');
  const runs = args.filter((arg) => !arg.includes('='));
  const node = session.node(id);
  for (const run of runs) {
    const [of = 0, count = 0] = run.split('x').map(Number);
    for (let index = 0; index < count; index += 1) {
      const base = logEnd(node.disk);
      const position = { base, end: offset(base + 1), term: term(of), bytes: byteCount(100), control: null };
      node.disk.batches.push({ position, value: `${of}@${base}` });
    }
  }
  const last = present(node.disk.batches.at(-1), 'last batch').position.term;
  node.disk.hardState = { term: seen === undefined ? last : term(Number(seen)), votedFor: null };
  for (const other of session.nodes.values()) if (other !== node) session.disconnect(node, other);
  session.restart(node.id);
  for (const other of session.nodes.values()) {
    session.connect(node, other);
    session.connect(other, node);
  }
}
