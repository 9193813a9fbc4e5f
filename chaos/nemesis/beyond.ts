/**
 * A run beyond the budget: instead of all that holds within it, what is said of loss, and that nobody is given wrong records.
 */
import { DeclaredLoss, loudOrWhole } from '../checkers/index.ts';
import type { LoudOutcome } from '../checkers/index.ts';
import type { Stage } from '../workload/index.ts';

/** Virtual milliseconds for a cluster to do what it still can. */
const SETTLES_MS = 15_000;

/** Takes the place of the invariants, from the beginning on. */
export function watchDeclared({ cluster, history }: Stage): DeclaredLoss {
  const declared = new DeclaredLoss(cluster).watch();
  history.onAck = null;
  history.isDeclaredLost = (topic, partition) =>
    declared.isDeclared(topic, partition) || declared.isDeceived(topic, partition);
  return declared;
}

/** Everybody has been healed and started. Throws a violation when something is missing that nobody has declared. */
export async function endBeyond(stage: Stage, declared: DeclaredLoss): Promise<LoudOutcome> {
  await stage.cluster.run(SETTLES_MS);
  for (const reader of [...stage.readers, ...stage.wanderers, ...stage.members]) reader.stop();
  // Who reads on when its client is closed would never end.
  await stage.cluster.run(1000);
  const outcome = await loudOrWhole(stage.cluster, stage.history, declared);
  stage.cluster.stopClients();
  return outcome;
}
