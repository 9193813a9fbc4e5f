/** The real ports' face: for `src/node.ts`, the command line and their tests, nobody else. */
export { optimizeEarly } from './early-optimization.ts';
export { keepHeapRoom, heapGrowingPercent } from './heap-growth.ts';
export { formatLogLine } from './log-line.ts';
export type { LogFormat, LogLine } from './log-line.ts';
export { NodeClock } from './node-clock.ts';
export { NodeHost } from './node-host.ts';
export { NodeHttp } from './node-http.ts';
export { NodeLog } from './node-log.ts';
export type { NodeLogOptions } from './node-log.ts';
export { NodeNetwork } from './node-network.ts';
export { NodePatterns } from './node-patterns.ts';
export { nodeRandom } from './node-random.ts';
