/**
 * The controller of an isr group in miniature: it appoints, registers and adopts ISRs; nodes apply what it said in their
 * own time, in order.
 *
 * Correct by construction: what is explored is the core under every order in which a correct controller may speak. It
 * appoints members of the ISR only, fences whom it takes for dead, and adopts a proposal of the term and version that are in force
 * and of the incarnations that are registered.
 */
import type { Assignment, Member, NodeId } from '../../raft/index.ts';
import { term } from '../../raft/index.ts';
import { incarnationOf, NODES } from './local-state.ts';

export interface IsrProposal {
  readonly from: NodeId;
  readonly term: number;
  readonly version: number;
  readonly isr: readonly Member[];
}

export interface ControllerState {
  /** All that was ever said, oldest first; nodes have applied a prefix. */
  readonly assignments: readonly [Assignment, ...Assignment[]];
  /** Under way to it. */
  readonly proposals: readonly IsrProposal[];
}

const MINIMUM = 2;

export function firstController(): ControllerState {
  const life = incarnationOf(1);
  const [leader] = NODES;
  const first: Assignment = {
    term: term(2),
    version: 1,
    leader: leader === undefined ? null : { node: leader, incarnation: life },
    replicas: NODES.map((node) => ({ node, incarnation: life })),
    isr: NODES,
    minInsyncReplicas: MINIMUM,
    unclean: false,
  };
  return { assignments: [first], proposals: [] };
}

export function newest({ assignments }: ControllerState): Assignment {
  return assignments.at(-1) ?? assignments[0];
}

function say(state: ControllerState, changes: Partial<Assignment>): ControllerState {
  const last = newest(state);
  return { ...state, assignments: [...state.assignments, { ...last, version: last.version + 1, ...changes }] };
}

/** `node` leads the next term; null unless it is in sync. */
export function appoint(state: ControllerState, node: NodeId): ControllerState | null {
  const last = newest(state);
  const incarnation = last.replicas.find((member) => member.node === node)?.incarnation ?? null;
  if (!last.isr.includes(node) || incarnation === null) return null;
  return say(state, { term: term(last.term + 1), leader: { node, incarnation } });
}

/** `node` is taken for dead: it leaves the ISR, unless it is the last of it, and leads no more. */
export function fence(state: ControllerState, node: NodeId): ControllerState | null {
  const last = newest(state);
  if (!last.isr.includes(node)) return null;
  const rest = last.isr.filter((member) => member !== node);
  const isr = rest.length === 0 ? last.isr : rest;
  return last.leader?.node === node
    ? say(state, { isr, leader: null, term: term(last.term + 1) })
    : say(state, { isr });
}

/** A new life of `node`; what it led, it leads no more. */
export function register(state: ControllerState, node: NodeId, life: number): ControllerState {
  const last = newest(state);
  const incarnation = incarnationOf(life);
  const replicas = last.replicas.map((member) => (member.node === node ? { node, incarnation } : member));
  if (last.leader?.node !== node) return say(state, { replicas });
  return say(state, { replicas, leader: null, term: term(last.term + 1) });
}

export function hear(state: ControllerState, proposal: IsrProposal): ControllerState {
  return { ...state, proposals: [...state.proposals, proposal] };
}

/** Decides the oldest proposal; one that was overtaken changes nothing. */
export function adopt(state: ControllerState): ControllerState | null {
  const [proposal, ...proposals] = state.proposals;
  if (proposal === undefined) return null;
  const rest = { ...state, proposals };
  const last = newest(state);
  const current = proposal.term === last.term && proposal.version === last.version;
  if (!current || last.leader?.node !== proposal.from) return rest;
  const registered = proposal.isr.every((member) =>
    last.replicas.some((known) => known.node === member.node && known.incarnation === member.incarnation),
  );
  return registered ? say(rest, { isr: proposal.isr.map((member) => member.node) }) : rest;
}
