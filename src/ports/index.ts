/** The ports of a node: everything it does to the outside goes through one of these. `src/node.ts` alone constructs real ones. */
export type { Random } from '../../raft/index.ts';
export type { Clock, Disk, KeyValueOpener, Timer } from '../../storage/index.ts';
export type { Host } from './host.ts';
export type { LogFields, LogLevel, LogSink } from './log-sink.ts';
export { ListenError } from './network.ts';
export type { TopicPatterns } from './topic-patterns.ts';
export type { CloseReason, Connection, ConnectionHandler, Listener, ListenErrorKind, Network } from './network.ts';

import type { Random } from '../../raft/index.ts';
import type { Clock, Disk, KeyValueOpener } from '../../storage/index.ts';
import type { Host } from './host.ts';
import type { LogSink } from './log-sink.ts';
import type { Network } from './network.ts';
import type { TopicPatterns } from './topic-patterns.ts';

/** All ports of one node, handed to it at construction. */
export interface Ports {
  readonly clock: Clock;
  readonly random: Random;
  readonly disk: Disk;
  readonly keyValues: KeyValueOpener;
  readonly network: Network;
  readonly host: Host;
  readonly log: LogSink;
  readonly patterns: TopicPatterns;
}
