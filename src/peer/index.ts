/** The peer transport's face. Outsiders import this file only. */
export { DEFAULT_PEER_LIMITS, DEFAULT_PEER_TIMINGS } from './peer-settings.ts';
export type { PeerLimits, PeerTimings } from './peer-settings.ts';
export type { PeerEvents, PeerIdentity, PeerStatus, PeerTransport, RequestResult } from './peer-transport.ts';
export { createPeerTransport } from './transport.ts';
export type { PeerTransportOptions } from './transport.ts';
export { describeFrames } from './describe-frames.ts';
