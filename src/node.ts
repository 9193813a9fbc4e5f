/**
 * The only place that constructs real ports: a node on this machine's clock, disk, network and process.
 */
import { LevelKeyValueOpener } from '../storage/level-key-value.ts';
import { NodeDisk } from '../storage/node-disk.ts';
import type { Ports } from './ports/index.ts';
import { NodeClock, NodeHost, NodeLog, NodeNetwork, NodePatterns, nodeRandom } from './runtime/index.ts';
import type { NodeLogOptions } from './runtime/index.ts';

export { startNode } from './node/index.ts';
export type { RunningNode, StartResult } from './node/index.ts';

export interface RealPorts {
  readonly ports: Ports;
  /** To `load` once the node is ready, and to `flush` before the process ends. */
  readonly log: NodeLog;
  readonly network: NodeNetwork;
}

/** @param log where and how lines are written */
export function realPorts(log: NodeLogOptions): RealPorts {
  const sink = NodeLog.open(log);
  const host = new NodeHost((code, reason) => {
    sink.log('error', 'the node ends', { code, reason });
    sink.flush();
  });
  const network = new NodeNetwork((message) => sink.log('warn', message));
  return {
    ports: {
      clock: new NodeClock(),
      random: nodeRandom(),
      disk: new NodeDisk(),
      keyValues: new LevelKeyValueOpener(),
      network,
      host,
      log: sink,
      patterns: new NodePatterns(),
    },
    log: sink,
    network,
  };
}
