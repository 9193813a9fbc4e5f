/**
 * Everything that can happen in a small world, numbered: schedules are lists of these.
 *
 * | move        | what happens                                                              | bounded by            |
 * |-------------|---------------------------------------------------------------------------|-----------------------|
 * | deliver     | the next message from one node to another arrives                         |                       |
 * | timeout     | an election timeout passes; one node looks at its clock                   | timeouts of that node |
 * | propose     | a leader is given a record                                                | proposals             |
 * | reboot      | a node dies with all that was not durable, and starts on its disk         | crashes               |
 * | reboot-kept | it dies after its writes, before anybody heard of them, and starts        | crashes               |
 * | part        | a node's connections break with all that is under way, and are made again | cuts                  |
 * | release     | the stalled disk of a node answers                                        |                       |
 * | appoint     | isr: the controller makes a member of the ISR the leader                  | appointments          |
 * | fence       | isr: the controller takes a node out of the ISR, and the leadership from it | appointments        |
 * | apply       | isr: a node applies the controller's next word                            |                       |
 * | adopt       | isr: the controller decides the oldest proposal                           |                       |
 * | lag         | isr: the leader's patience with who lags is over                          | lags                  |
 * | beat        | isr: the leader's heartbeat is due                                        | timeouts of that node |
 * | campaign    | coarse: timeout, then all between candidate and one voter until it leads  |                       |
 * | drain       | coarse: all that is under way from one node to another arrives            |                       |
 *
 * `stalled`: just before, the disk of the node whose turn it is stopped answering (bounded by stalls); where that changes
 * nothing, it is no move.
 *
 * A node that is down, or cut off, is one to which nothing is delivered: what it was sent meanwhile is lost when it starts or
 * is connected again. So there is no move for going and another for coming back.
 */
import type { NodeId } from '../../raft/index.ts';
import { NODES } from './local-state.ts';

export type MoveKind =
  | 'deliver'
  | 'timeout'
  | 'propose'
  | 'reboot'
  | 'reboot-kept'
  | 'part'
  | 'release'
  | 'appoint'
  | 'fence'
  | 'apply'
  | 'adopt'
  | 'lag'
  | 'beat'
  | 'campaign'
  | 'drain';

export interface Move {
  readonly kind: MoveKind;
  readonly node: NodeId;
  /** The receiver, the voter; the node itself where nobody else is concerned. */
  readonly to: NodeId;
  /** Which message of those under way, from the oldest. */
  readonly at: number;
  readonly stalled: boolean;
}

/** fine: one message at a time. coarse: all of a connection at a time, which goes deeper and leaves orders out. */
export type Grain = 'fine' | 'coarse';

export function pairs(): readonly (readonly [NodeId, NodeId])[] {
  return NODES.flatMap((from) => NODES.filter((to) => to !== from).map((to) => [from, to] as const));
}

function alone(kinds: readonly MoveKind[]): readonly Move[] {
  return kinds.flatMap((kind) => NODES.map((node) => ({ kind, node, to: node, at: 0, stalled: false })));
}

function stalled(moves: readonly Move[]): readonly Move[] {
  return moves.map((move) => ({ ...move, stalled: true }));
}

/**
 * All moves of a grain, most telling first; `reach`: how many messages under way from one node to another may be the
 * next.
 */
export function movesOf(policy: 'quorum' | 'isr', grain: Grain, reach: number): readonly Move[] {
  const pairwise = (kind: MoveKind, depth: number): readonly Move[] =>
    pairs().flatMap(([node, to]) => Array.from({ length: depth }, (_, at) => ({ kind, node, to, at, stalled: false })));
  const messages = grain === 'fine' ? pairwise('deliver', reach) : pairwise('drain', 1);
  const faults = alone(['reboot', 'reboot-kept', 'part', 'release']);
  const propose = alone(['propose']);
  if (policy === 'quorum') {
    const elections = grain === 'fine' ? alone(['timeout']) : [...pairwise('campaign', 1), ...alone(['timeout'])];
    return [...messages, ...elections, ...propose, ...stalled([...messages, ...elections, ...propose]), ...faults];
  }
  const own = alone(['apply', 'propose']);
  const [adopt] = alone(['adopt']);
  const control = [...(adopt === undefined ? [] : [adopt]), ...alone(['appoint', 'fence', 'lag', 'beat'])];
  return [...messages, ...own, ...control, ...stalled([...messages, ...own]), ...faults];
}

const TEXTS: Readonly<Record<MoveKind, (move: Move) => string>> = {
  deliver: ({ node, to, at }) => `${node} → ${to} arrives${at === 0 ? '' : ` (${at} before it still under way)`}`,
  timeout: ({ node }) => `an election timeout passes at ${node}`,
  propose: ({ node }) => `${node} is given a record`,
  reboot: ({ node }) => `${node} dies, and what was not durable with it, and starts`,
  'reboot-kept': ({ node }) => `${node} dies after its writes, before it told anybody, and starts`,
  part: ({ node }) => `${node} is cut off, and connected again`,
  release: ({ node }) => `the disk of ${node} answers again`,
  appoint: ({ node }) => `the controller appoints ${node}`,
  fence: ({ node }) => `the controller fences ${node}`,
  apply: ({ node }) => `${node} applies the controller's next word`,
  adopt: () => 'the controller decides the oldest ISR proposal',
  lag: ({ node }) => `${node} waits for followers no longer`,
  beat: ({ node }) => `a heartbeat of ${node} is due`,
  campaign: ({ node, to }) => `${node} times out and campaigns with ${to}`,
  drain: ({ node, to }) => `all from ${node} to ${to} arrives`,
};

export function describeMove(move: Move): string {
  const text = TEXTS[move.kind](move);
  return move.stalled ? `${text}, and the disk stops answering` : text;
}
