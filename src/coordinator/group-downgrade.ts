/**
 * The end of a migration backwards: only classic members are left in a consumer group, and it goes on as a classic one (policy
 * bidirectional or downgrade). The records of the one group are deleted in the batch that holds the other.
 */
import type { WireCodec } from '../wire/index.ts';
import type { ConsumerGroup } from './consumer-group-state.ts';
import type { Beginning, ConsumerGroups } from './consumer-groups.ts';
import { groupRecord } from './coordinator-record.ts';
import { downgraded } from './group-conversion.ts';
import { snapshotGroup } from './group-snapshot.ts';
import type { Group } from './group-state.ts';
import type { StepContext } from './group-step.ts';
import type { TopicsView } from './topics-view.ts';

export interface DowngradeContext {
  readonly codec: WireCodec;
  readonly consumers: ConsumerGroups;
  readonly topics: TopicsView;
  readonly context: StepContext;
  /** Takes the classic group in, once it is written. */
  readonly adopt: (group: Group) => void;
}

/** Null: the group stays as it is. */
export function classicEnd(group: ConsumerGroup, around: DowngradeContext): Beginning | null {
  const { codec, consumers, topics, context, adopt } = around;
  const { consumerMigrationPolicy: policy, groupMembersMax } = context.settings;
  if (policy !== 'bidirectional' && policy !== 'downgrade') return null;
  if (group.members.size > groupMembersMax) return null;
  const classic = downgraded(group, codec, topics, context);
  if (classic === null) return null;
  const assignments = new Map([...classic.members.values()].map(({ id, assignment }) => [id, assignment]));
  // What those had that left is nobody's before the first rebalance: a later coordinator sees by the missing leader that it is due.
  const value = { ...snapshotGroup(classic, assignments, context.wallNow), leader: null };
  const record = groupRecord(codec, group.id, value);
  const done = (): void => {
    consumers.forget(group.id);
    adopt(classic);
  };
  return { group: null, records: [...consumers.tombstones(group), record], done };
}
