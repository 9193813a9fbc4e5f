/**
 * What a node is made of, and how it may end: the types between `start-node.ts` and `cluster-node.ts`.
 */
import type { Incarnation } from '../../raft/index.ts';
import type { Store } from '../../storage/index.ts';
import type { NodeConfig } from '../config/index.ts';
import type { Ports } from '../ports/index.ts';

/** Why a node stopped by itself. */
export type NodeEnd =
  /** Another life of this node id has registered: two processes with one id. */
  { readonly kind: 'superseded' } | { readonly kind: 'damaged'; readonly reason: string };

export interface ClusterNodeOptions {
  readonly config: NodeConfig;
  readonly ports: Ports;
  readonly store: Store;
  /** Identity of this life of the process. */
  readonly incarnation: Incarnation;
  readonly onReady: () => void;
  readonly onEnd: (end: NodeEnd) => void;
}
