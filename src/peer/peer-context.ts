/** What the parts of one transport share: the ports, the settings, and who this node is. */
import type { Random } from '../../raft/index.ts';
import type { Clock } from '../../storage/index.ts';
import type { Endpoint } from '../metadata/index.ts';
import type { LogSink, Network } from '../ports/index.ts';
import type { LaneTurn } from './lane-turn.ts';
import type { PeerLimits, PeerTimings } from './peer-settings.ts';
import type { PeerIdentity } from './peer-transport.ts';

export interface PeerContext {
  readonly clock: Clock;
  readonly network: Network;
  readonly random: Random;
  readonly log: LogSink;
  readonly limits: PeerLimits;
  readonly timings: PeerTimings;
  /** Where lanes wait for the end of the turn. */
  readonly turn: LaneTurn;
  /** Own identity as it is now. */
  self(): PeerIdentity;
  /** Where others reach this node's listener. */
  advertised(): Endpoint;
}
