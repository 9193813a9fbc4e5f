/** Simulated clusters for users' own tests: `import { startCluster } from 'flotilla/testing'`. */
export { startCluster, TestCluster } from './cluster/test-cluster.ts';
export type { StartClusterOptions } from './cluster/test-cluster.ts';
export * from './sim/index.ts';
