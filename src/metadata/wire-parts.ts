/**
 * The pieces that records and snapshots share, between protobuf messages and our types.
 *
 * Reading trusts nothing: what is absent gets protobuf's default and then passes the constructors of `raft/ids.ts`,
 * which throw on what cannot be; the two gates (record-codec.ts, snapshot.ts) turn that into a refusal.
 */
import { directoryId, incarnation, nodeId, offset, present, term } from '../../raft/index.ts';
import type { NodeId } from '../../raft/index.ts';
import { flotilla } from '../peer/generated/metadata.js';
import type { Endpoint, LossyReplica, Replication } from './image.ts';
import type { Leadership, MetadataRecord } from './record.ts';

export const wire = flotilla.metadata;
export type EndpointMessage = flotilla.metadata.Endpoint.$Properties;
export type LifeMessage = flotilla.metadata.Life.$Properties;
export type LeadershipMessage = flotilla.metadata.Leadership.$Properties;
export type LossyMessage = flotilla.metadata.LossyReplica.$Properties;
export type RegisteredMessage = flotilla.metadata.BrokerRegistered.$Properties;
export type RecordMessage = flotilla.metadata.MetadataRecord.$Properties;
export type ScopeMessage = flotilla.metadata.ConfigScope.$Properties;
export type PartitionMessage = flotilla.metadata.PartitionState.$Properties;
export type ConfigMessage = flotilla.metadata.Config.$Properties;

export type BrokerRegistered = Extract<MetadataRecord, { readonly kind: 'broker-registered' }>;
type Life = Pick<BrokerRegistered, 'node' | 'incarnation'>;

export function readNodes(nodes: readonly number[] | null | undefined): readonly NodeId[] {
  return (nodes ?? []).map((node) => nodeId(node));
}

export function readLife(message: LifeMessage | null | undefined): Life {
  const life = present(message, 'a broker life');
  return { node: nodeId(life.node ?? 0), incarnation: incarnation(life.incarnation ?? '') };
}

function readEndpoint(message: EndpointMessage | null | undefined): Endpoint {
  const endpoint = present(message, 'an endpoint');
  return { host: endpoint.host ?? '', port: endpoint.port ?? 0 };
}

export function writeLeadership(leadership: Leadership): LeadershipMessage {
  const { leader, leaderIncarnation } = leadership;
  return {
    leader: leader === null ? null : { node: leader, incarnation: leaderIncarnation },
    leaderTerm: leadership.leaderTerm,
    unclean: leadership.unclean,
  };
}

export function readLeadership(message: LeadershipMessage | null | undefined): Leadership {
  const { leader, leaderTerm, unclean } = present(message, 'a leadership');
  const life = leader === null || leader === undefined ? null : readLife(leader);
  return {
    leader: life === null ? null : life.node,
    leaderIncarnation: life === null ? null : life.incarnation,
    leaderTerm: term(leaderTerm ?? 0),
    unclean: unclean ?? false,
  };
}

export function readLossy(messages: readonly LossyMessage[] | null | undefined): readonly LossyReplica[] {
  return (messages ?? []).map((each) => ({
    node: nodeId(each.node ?? 0),
    lastTerm: term(each.lastTerm ?? 0),
    end: offset(each.end ?? 0),
    failed: each.failed ?? false,
  }));
}

export function writeRegistered(broker: Omit<BrokerRegistered, 'kind'>): RegisteredMessage {
  return {
    life: { node: broker.node, incarnation: broker.incarnation },
    directory: broker.directory,
    kafka: broker.kafka,
    peer: broker.peer,
    admin: broker.admin,
    hasRack: broker.rack !== null,
    rack: broker.rack,
  };
}

export function readRegistered(message: RegisteredMessage): BrokerRegistered {
  return {
    kind: 'broker-registered',
    ...readLife(message.life),
    directory: directoryId(message.directory ?? ''),
    kafka: readEndpoint(message.kafka),
    peer: readEndpoint(message.peer),
    admin: readEndpoint(message.admin),
    rack: message.hasRack === true ? (message.rack ?? '') : null,
  };
}

export function writeReplication(replication: Replication): 0 | 1 {
  return replication === 'isr' ? 0 : 1;
}

export function readReplication(value: number | null | undefined): Replication {
  const known = (['isr', 'quorum'] as const)[value ?? 0];
  return present(known, `replication policy ${value}`);
}
