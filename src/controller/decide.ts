/**
 * From a command to a decision: the one place that knows all commands.
 */
import type { MetadataImage } from '../metadata/index.ts';
import { done } from './command.ts';
import type { AllocateProducerIds, AnswerOf, Answers, Command } from './command.ts';
import {
  decideFenceBroker,
  decideHeartbeat,
  decideRegisterBroker,
  decideUnregisterBroker,
  livingBroker,
} from './decide-broker.ts';
import { decideAlterConfigs } from './decide-config.ts';
import {
  decideAlterPartition,
  decideBalanceLeaders,
  decideElectLeaders,
  decideElectLossy,
  decideReportQuorumLeader,
} from './decide-partition.ts';
import { decideAcceptLoss, decideReportFailedReplicas } from './decide-failed-replica.ts';
import { decideCreatePartitions, decideCreateTopics, decideDeleteTopics, randomId } from './decide-topic.ts';
import type { Decision, DecisionContext } from './decision.ts';
import { refusal } from './refusal.ts';

/** Producer ids that a broker gets at a time, as in Kafka. */
export const PRODUCER_ID_BLOCK = 1000;
/** Most leaderships that move in one pass of the balancer: each is a short pause for its producers. */
const BALANCE_MOVES_MAX = 1000;

/** Decides `command` against `image`. Pure but for the draws from `context.random`. */
export function decide<C extends Command>(
  image: MetadataImage,
  command: C,
  context: DecisionContext,
): Decision<AnswerOf<C>> {
  // TypeScript cannot tie the switch to the type parameter; `decideAny` returns the answer of the command's kind in each branch.
  return decideAny(image, command, context) as Decision<AnswerOf<C>>;
}

function decideAny(
  image: MetadataImage,
  command: Command,
  context: DecisionContext,
): Decision<Answers[Command['kind']]> {
  switch (command.kind) {
    case 'register-broker':
      return decideRegisterBroker(image, command, context);
    case 'broker-heartbeat':
      return decideHeartbeat(image, command, context);
    case 'alter-partition':
      return decideAlterPartition(image, command, context);
    case 'report-quorum-leader':
      return decideReportQuorumLeader(image, command);
    case 'report-failed-replicas':
      return decideReportFailedReplicas(image, command, context);
    case 'accept-loss':
      return decideAcceptLoss(image, command, context);
    case 'allocate-producer-ids':
      return decideAllocateProducerIds(image, command);
    case 'create-topics':
      return decideCreateTopics(image, command, context);
    case 'delete-topics':
      return decideDeleteTopics(image, command);
    case 'create-partitions':
      return decideCreatePartitions(image, command, context);
    case 'alter-configs':
      return decideAlterConfigs(image, command, context);
    case 'elect-leaders':
      return decideElectLeaders(image, command, context);
    case 'unregister-broker':
      return decideUnregisterBroker(image, command, context);
    case 'create-cluster':
      return decideCreateCluster(image, context);
    case 'fence-broker':
      return decideFenceBroker(image, command, context);
    case 'balance-leaders':
      return decideBalanceLeaders(image, BALANCE_MOVES_MAX, context);
    case 'elect-lossy':
      return decideElectLossy(image, command, context);
  }
}

/** The first record of a cluster's life is its id. */
function decideCreateCluster(image: MetadataImage, context: DecisionContext): Decision<null> {
  if (image.clusterId !== null) return { records: [], answer: null };
  return { records: [{ kind: 'cluster-created', clusterId: randomId(context.random) }], answer: null };
}

function decideAllocateProducerIds(
  image: MetadataImage,
  command: AllocateProducerIds,
): Decision<Answers['allocate-producer-ids']> {
  const found = livingBroker(image, command);
  if (found.kind === 'refused') return { records: [], answer: found };
  const first = image.nextProducerId;
  const next = first + PRODUCER_ID_BLOCK;
  if (!Number.isSafeInteger(next)) {
    const refused = refusal('producer-ids-exhausted', 'all producer ids have been given out');
    return { records: [], answer: { kind: 'refused', refusal: refused } };
  }
  const { node, incarnation } = command;
  return {
    records: [{ kind: 'producer-ids-allocated', node, incarnation, next }],
    answer: done({ first, count: PRODUCER_ID_BLOCK }),
  };
}
