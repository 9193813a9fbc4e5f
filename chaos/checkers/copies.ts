/**
 * How many have it: counted at the replicas themselves, at the moment when a leader takes something as committed or asks
 * for another in-sync set.
 *
 *   R7   quorum: through a record of the own term, durable on a majority of the voters
 *   P10  isr: durable on every member of the maximal ISR         P1  who is to join holds what is committed
 *
 * A replica whose process does not run, or is another life than the one that answered, says nothing: its disk may hold it.
 */
import { termBefore } from '../../raft/index.ts';
import type { CoreState, Incarnation, NodeId, Offset } from '../../raft/index.ts';
import type { Replica } from '../../src/replica/index.ts';
import { violated } from '../workload/history.ts';
import { isMajority, votersOf } from './ballots.ts';
import type { FindReplica } from './find-replica.ts';

/** `leader` has led its term before, and takes more as committed since the last event. */
export function judgeCommit(name: string, leader: Replica, find: FindReplica): void {
  const { core } = leader;
  if (core.role.kind !== 'leader') return;
  if (core.config.policy === 'quorum') judgeQuorum(name, core, find);
  else judgeInSync(name, core, find);
}

function judgeQuorum(name: string, core: CoreState, find: FindReplica): void {
  const { highWatermark, term, config } = core;
  const text = `node ${config.self.node} takes ${name} as committed below ${highWatermark} in term ${term}`;
  if (termBefore(core, highWatermark) !== term)
    violated('R7', `${text}, where a record of term ${termBefore(core, highWatermark)} is`);
  const voters = votersOf(core);
  if (voters === null) return;
  const lacking = voters.filter(({ node, directory }) => {
    const found = find(node)?.core;
    return found !== undefined && found.config.self.directory === directory && found.durableEnd < highWatermark;
  });
  if (!isMajority(voters.length - lacking.length, voters))
    violated('R7', `${text}, and it is not durable on nodes ${lacking.map(({ node }) => node).join()}`);
}

function judgeInSync(name: string, core: CoreState, find: FindReplica): void {
  const { highWatermark, role, assignment, config } = core;
  if (role.kind !== 'leader' || assignment === null) return;
  for (const node of new Set([config.self.node, ...assignment.isr, ...(role.proposal?.members ?? [])])) {
    const found = find(node)?.core;
    const life = node === config.self.node ? config.incarnation : (role.progress.get(node)?.incarnation ?? null);
    if (found === undefined || found.failed || found.config.incarnation !== life) continue;
    if (found.durableEnd < highWatermark)
      violated(
        'P10',
        `node ${config.self.node} takes ${name} as committed below ${highWatermark} in term ${core.term}, on node ${node} it is durable below ${found.durableEnd}`,
      );
  }
}

/** The leader that metadata knows proposes an ISR: everybody who is to join holds all below `committed`. */
export function judgeProposal(name: string, leader: Replica, committed: Offset, find: FindReplica): void {
  const { role, assignment, config } = leader.core;
  if (role.kind !== 'leader' || role.proposal === null || assignment === null) return;
  for (const node of role.proposal.members) {
    if (assignment.isr.includes(node)) continue;
    const found = find(node)?.core;
    if (found === undefined || !isLife(found, role.progress.get(node)?.incarnation)) continue;
    if (found.log.end < committed) violated('P1', joining(config.self.node, node, name, found.log.end, committed));
  }
}

function isLife(core: CoreState, incarnation: Incarnation | null | undefined): boolean {
  return core.config.incarnation === incarnation;
}

function joining(leader: NodeId, node: NodeId, name: string, end: Offset, committed: Offset): string {
  return `node ${leader} proposes node ${node} for the ISR of ${name}, whose log ends at ${end}, committed is ${committed}`;
}

/** The leader of the term of `record`, the newest metadata, has moved its high watermark: who may succeed it holds all below. */
export function judgeEligible(
  name: string,
  leader: Replica,
  record: { readonly isr: readonly NodeId[]; readonly elr: readonly NodeId[] },
  incarnationOf: (node: NodeId) => Incarnation | null,
  find: FindReplica,
): void {
  const { highWatermark, config, term } = leader.core;
  for (const node of [...record.isr, ...record.elr]) {
    const found = find(node)?.core;
    if (found === undefined || found.failed || !isLife(found, incarnationOf(node))) continue;
    if (found.log.end < highWatermark)
      violated(
        'P1',
        `node ${config.self.node} takes ${name} as committed below ${highWatermark} in term ${term}, node ${node} may succeed it, its log ends at ${found.log.end}`,
      );
  }
}

/** P3: `leader` counts with everybody whom metadata has in the ISR of its term, unless it knows of newer metadata. */
export function judgeMaximalIsr(
  name: string,
  leader: Replica,
  record: { readonly isr: readonly NodeId[]; readonly leaderTerm: number; readonly version: number },
): void {
  const { role, assignment, config, term } = leader.core;
  if (role.kind !== 'leader' || term !== record.leaderTerm || assignment === null) return;
  if (assignment.version >= record.version) return;
  const counted = new Set([config.self.node, ...assignment.isr, ...(role.proposal?.members ?? [])]);
  const missing = record.isr.filter((node) => !counted.has(node));
  if (missing.length > 0)
    violated(
      'P3',
      `node ${config.self.node} leads ${name} in term ${term} and counts with ${[...counted].join()}, metadata has ${record.isr.join()} in its ISR`,
    );
}
