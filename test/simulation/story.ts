/** How stories are told: a stage, a plot, and on failure the seed, the state and the last log lines of every machine. */
import { describeCluster } from '../../chaos/checkers/index.ts';
import type { SimClusterOptions } from '../../chaos/cluster/index.ts';
import { Stage } from '../../chaos/workload/index.ts';

/** Tells one story and answers its trace hash. */
export async function tell(
  options: Partial<SimClusterOptions>,
  plot: (stage: Stage) => Promise<void>,
): Promise<string> {
  const stage = new Stage({ seed: 1, nodes: 3, ...options });
  try {
    await plot(await stage.open());
  } catch (error) {
    const text = stage.cluster.world.describeFailure(error);
    throw new Error(`${text}\n${describeCluster(stage.cluster)}`, { cause: error });
  }
  return stage.cluster.world.traceHash();
}
