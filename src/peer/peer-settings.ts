/** Limits and durations of the peer transport; the node's configuration overrides them. */
import { assert, byteCount, millis } from '../../raft/index.ts';
import type { ByteCount, Millis } from '../../raft/index.ts';

export interface PeerLimits {
  /** Longest frame that is accepted or sent; must hold the largest batch and its header. */
  readonly frameBytesMax: ByteCount;
  /** Longest frame from a connection that has not shown who it is. */
  readonly handshakeBytesMax: ByteCount;
  /** A frame that has grown to this takes no further item. */
  readonly frameBytesTarget: ByteCount;
  /** `room` of a data lane when nothing is queued. Messages without batches may exceed it, by one frame at most. */
  readonly dataQueueBytesMax: ByteCount;
  /** Items beyond this are dropped from a control lane. */
  readonly controlQueueBytesMax: ByteCount;
  /** Requests of one peer that may be in hand at once; more are answered as errors. */
  readonly requestsMax: number;
  /** Nodes that this one talks to. */
  readonly peersMax: number;
  /** Connections accepted that have not shown who they are. */
  readonly strangersMax: number;
}

export interface PeerTimings {
  /** In each such span something leaves on the control lane, if only a frame without items. */
  readonly keepAlive: Millis;
  /** The same of the data lane: groups that are quiet need not be heard of as often as a process. */
  readonly dataKeepAlive: Millis;
  /** From the start of a connection to its accepted handshake, either side. */
  readonly handshake: Millis;
  /** A peer that has sent no frame for this long is cut off; connecting begins anew. */
  readonly silence: Millis;
  /** So is one whose data lane has brought no byte for this long. */
  readonly dataSilence: Millis;
  /** Pauses between attempts to connect double from min to max; each is shortened by up to a half, at random. */
  readonly retryMin: Millis;
  readonly retryMax: Millis;
  /** Connections that stood this long are retried at once when they break. */
  readonly steady: Millis;
  /** Pauses between two hints about one incarnation double from min to max (the broker session timeout). */
  readonly hintMin: Millis;
  readonly hintMax: Millis;
}

const MIB = 1024 * 1024;

export const DEFAULT_PEER_LIMITS: PeerLimits = {
  frameBytesMax: byteCount(64 * MIB),
  handshakeBytesMax: byteCount(64 * 1024),
  frameBytesTarget: byteCount(MIB),
  dataQueueBytesMax: byteCount(16 * MIB),
  controlQueueBytesMax: byteCount(16 * MIB),
  requestsMax: 1000,
  peersMax: 256,
  strangersMax: 64,
};

export const DEFAULT_PEER_TIMINGS: PeerTimings = {
  keepAlive: millis(200),
  dataKeepAlive: millis(2000),
  handshake: millis(1000),
  silence: millis(2000),
  dataSilence: millis(8000),
  retryMin: millis(20),
  retryMax: millis(500),
  steady: millis(500),
  hintMin: millis(200),
  hintMax: millis(2000),
};

/** Dies when limits contradict each other. */
export function checkPeerSettings(limits: PeerLimits, timings: PeerTimings): void {
  assert(limits.frameBytesTarget <= limits.frameBytesMax, 'frameBytesTarget must not exceed frameBytesMax');
  assert(limits.handshakeBytesMax <= limits.frameBytesMax, 'handshakeBytesMax must not exceed frameBytesMax');
  assert(limits.frameBytesTarget <= limits.dataQueueBytesMax, 'frameBytesTarget must not exceed dataQueueBytesMax');
  assert(timings.keepAlive * 2 < timings.silence, 'silence must be longer than two keep-alives');
  assert(timings.dataKeepAlive * 2 < timings.dataSilence, 'dataSilence must be longer than two of its keep-alives');
  assert(timings.retryMin <= timings.retryMax, 'retryMin must not exceed retryMax');
  assert(timings.hintMin <= timings.hintMax, 'hintMin must not exceed hintMax');
}
