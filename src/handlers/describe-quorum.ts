/**
 * DescribeQuorum: voters and observers of the metadata group, as its leader knows them. Clients ask any node; the others pass
 * the question on (`QuorumSource.ask`).
 */
import type { NodeId } from '../../raft/index.ts';
import type { MetadataImage } from '../metadata/index.ts';
import { apiHandler, respond } from '../server/index.ts';
import type { ApiHandler } from '../server/index.ts';
import { API_TABLE, errorCode } from '../wire/index.ts';
import type { DescribeQuorumRequest, DescribeQuorumResponse } from '../wire/index.ts';

/** The name that Kafka gives the metadata log. */
const METADATA_TOPIC = '__cluster_metadata';
const UNKNOWN = -1;

export interface QuorumReplica {
  readonly node: NodeId;
  /** Null: not known (an observer that has not said so). */
  readonly directory: string | null;
  readonly voter: boolean;
  /** Null: not known in this term. */
  readonly logEnd: number | null;
  /** Milliseconds since 1970; null: never in this term, or the leader itself. */
  readonly lastContact: number | null;
  readonly lastCaughtUp: number | null;
}

export interface QuorumState {
  readonly leader: NodeId;
  readonly term: number;
  readonly highWatermark: number;
  readonly replicas: readonly QuorumReplica[];
}

export interface QuorumSource {
  /** Null: this node does not lead the metadata group. */
  readonly state: () => QuorumState | null;
  readonly image: () => MetadataImage;
  /** The leader's answer; null: there is no leader, or it gave none in time. */
  readonly ask: (version: number, request: DescribeQuorumRequest) => Promise<DescribeQuorumResponse | null>;
}

type Topics = DescribeQuorumResponse['topics'];

function replicasOf({ replicas }: QuorumState, voter: boolean): Topics[number]['partitions'][number]['currentVoters'] {
  return replicas
    .filter((replica) => replica.voter === voter)
    .map(({ node, directory, logEnd, lastContact, lastCaughtUp }) => ({
      replicaId: node,
      ...(directory === null ? {} : { replicaDirectoryId: directory }),
      logEndOffset: logEnd ?? UNKNOWN,
      lastFetchTimestamp: lastContact ?? UNKNOWN,
      lastCaughtUpTimestamp: lastCaughtUp ?? UNKNOWN,
    }));
}

function described(request: DescribeQuorumRequest, state: QuorumState, image: MetadataImage): DescribeQuorumResponse {
  const nobody = { leaderId: UNKNOWN, leaderEpoch: UNKNOWN, highWatermark: UNKNOWN, currentVoters: [], observers: [] };
  const known = {
    leaderId: state.leader,
    leaderEpoch: state.term,
    highWatermark: state.highWatermark,
    currentVoters: replicasOf(state, true),
    observers: replicasOf(state, false),
  };
  const topics = request.topics.map(({ topicName, partitions }) => ({
    topicName,
    partitions: partitions.map(({ partitionIndex }) =>
      topicName === METADATA_TOPIC && partitionIndex === 0
        ? { partitionIndex, errorCode: 0, ...known }
        : { partitionIndex, errorCode: errorCode('UNKNOWN_TOPIC_OR_PARTITION'), ...nobody },
    ),
  }));
  const nodes = state.replicas.flatMap(({ node, voter }) => {
    const peer = voter ? image.brokers.get(node)?.peer : undefined;
    return peer === undefined
      ? []
      : [{ nodeId: node, listeners: [{ name: 'PEER', host: peer.host, port: peer.port }] }];
  });
  return { errorCode: 0, topics, nodes };
}

/** For clients: the leader answers itself, others ask it. */
export function describeQuorumHandler(source: QuorumSource): ApiHandler {
  return apiHandler(API_TABLE.describeQuorum, async (request, { version }) => {
    const state = source.state();
    if (state !== null) return respond(described(request, state, source.image()));
    const answer = await source.ask(version, request);
    return respond(answer ?? { errorCode: errorCode('COORDINATOR_NOT_AVAILABLE'), topics: [], nodes: [] });
  });
}

/** For other nodes: only the leader answers. */
export function leaderQuorumHandler(source: QuorumSource): ApiHandler {
  return apiHandler(API_TABLE.describeQuorum, (request) => {
    const state = source.state();
    return respond(
      state === null
        ? { errorCode: errorCode('NOT_LEADER_OR_FOLLOWER'), topics: [], nodes: [] }
        : described(request, state, source.image()),
    );
  });
}
