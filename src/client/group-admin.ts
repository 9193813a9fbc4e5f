/** Consumer groups as an administrator sees them: which there are, who is in one, how far it is. */
import { API_TABLE, consumerProtocolAssignment, WireCodec } from '../wire/index.ts';
import { ClientError, refusal, refuseUnlessOk } from './client-error.ts';
import { findCoordinator } from './find-coordinator.ts';
import type { KafkaClient } from './kafka-client.ts';

export interface GroupListing {
  readonly group: string;
  readonly state: string;
  readonly protocolType: string;
  /** Node of its coordinator. */
  readonly coordinator: number;
}

export interface GroupMember {
  readonly member: string;
  readonly instance: string | null;
  readonly clientId: string;
  readonly host: string;
  readonly assignment: readonly { readonly topic: string; readonly partitions: readonly number[] }[];
}

export interface GroupDescription {
  readonly group: string;
  readonly state: string;
  readonly protocolType: string;
  readonly assignor: string;
  readonly coordinator: number;
  readonly members: readonly GroupMember[];
}

export interface CommittedOffset {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly metadata: string | null;
}

export class GroupAdmin {
  readonly #client: KafkaClient;
  readonly #codec = new WireCodec();

  constructor(client: KafkaClient) {
    this.#client = client;
  }

  /** All groups, from all brokers, by name. Begins again when one cannot answer: another may coordinate its groups then. */
  async list(): Promise<readonly GroupListing[]> {
    // The first contact is not repeated: nobody there is an answer.
    if (this.#client.metadata.brokers.size === 0) await this.#client.refresh([]);
    const all = await this.#client.retry(async () => {
      const { brokers } = await this.#client.refresh([]);
      return Promise.all([...brokers.keys()].map((node) => this.#listOf(node)));
    });
    return all.flat().sort((left, right) => (left.group < right.group ? -1 : 1));
  }

  /** The broker that coordinates the group. */
  coordinator(group: string): Promise<number> {
    return findCoordinator(this.#client, 'group', group);
  }

  /** Rejects with GROUP_ID_NOT_FOUND when there is no such group. */
  async describe(group: string): Promise<GroupDescription> {
    await this.coordinator(group);
    return this.#client.retry(async () => {
      const node = await this.coordinator(group);
      const answer = await this.#client.on(node, API_TABLE.describeGroups.schema, {
        groups: [group],
        includeAuthorizedOperations: false,
      });
      const [found] = answer.groups;
      if (found === undefined) throw new ClientError('protocol', 'an empty answer to DescribeGroups');
      refuseUnlessOk(found.errorCode, `group ${group}`, found.errorMessage);
      if (found.groupState === 'Dead') throw refusal(69, `group ${group}`);
      const members = found.members.map(({ memberId, groupInstanceId, clientId, clientHost, memberAssignment }) => ({
        member: memberId,
        instance: groupInstanceId,
        clientId,
        host: clientHost,
        assignment: found.protocolType === 'consumer' ? this.#assignment(memberAssignment) : [],
      }));
      return {
        group,
        state: found.groupState,
        protocolType: found.protocolType,
        assignor: found.protocolData,
        coordinator: node,
        members,
      };
    });
  }

  /** Everything that the group has committed. */
  offsets(group: string): Promise<readonly CommittedOffset[]> {
    return this.#client.retry(async () => {
      const node = await this.coordinator(group);
      const answer = await this.#client.on(node, API_TABLE.offsetFetch.schema, {
        groups: [{ groupId: group, topics: null }],
      });
      const [found] = answer.groups;
      if (found === undefined) throw new ClientError('protocol', 'an empty answer to OffsetFetch');
      refuseUnlessOk(found.errorCode, `offsets of group ${group}`);
      return found.topics.flatMap(({ name, partitions }) =>
        partitions
          .filter(({ errorCode, committedOffset }) => errorCode === 0 && committedOffset >= 0)
          .map(({ partitionIndex, committedOffset, metadata }) => ({
            topic: name,
            partition: partitionIndex,
            offset: committedOffset,
            metadata,
          })),
      );
    });
  }

  async delete(group: string): Promise<void> {
    const node = await this.coordinator(group);
    const answer = await this.#client.on(node, API_TABLE.deleteGroups.schema, { groupsNames: [group] });
    for (const { errorCode } of answer.results) refuseUnlessOk(errorCode, `delete group ${group}`);
  }

  async #listOf(node: number): Promise<readonly GroupListing[]> {
    const answer = await this.#client.on(node, API_TABLE.listGroups.schema, { statesFilter: [], typesFilter: [] });
    refuseUnlessOk(answer.errorCode, 'list groups');
    return answer.groups.map(({ groupId, groupState, protocolType }) => ({
      group: groupId,
      state: groupState,
      protocolType,
      coordinator: node,
    }));
  }

  #assignment(bytes: Uint8Array): GroupMember['assignment'] {
    if (bytes.length < 2) return [];
    const version = Math.min(
      new DataView(bytes.buffer, bytes.byteOffset).getInt16(0),
      consumerProtocolAssignment.versions[1],
    );
    const { assignedPartitions } = this.#codec.decodeData(consumerProtocolAssignment, version, bytes, 2);
    return assignedPartitions.map(({ topic, partitions }) => ({ topic, partitions }));
  }
}
