/** The face of simulated clusters. */
export { SimCluster } from './sim-cluster.ts';
export type { SimClusterOptions } from './sim-cluster.ts';
