/** The node's face: starting one on given ports. */
export { ClusterNode } from './cluster-node.ts';
export type { ClusterNodeOptions, NodeEnd } from './node-options.ts';
export { listenRefusal } from './listen-refusal.ts';
export { startNode } from './start-node.ts';
export type { RunningNode, StartRefused, StartResult } from './start-node.ts';
export { NodeView } from './node-view.ts';
