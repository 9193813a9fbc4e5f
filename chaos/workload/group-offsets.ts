/** What a group has committed, as its coordinator tells it. */
import type { KafkaClient } from '../../src/client/index.ts';
import { API_TABLE } from '../../src/wire/index.ts';

/** Of the topic, by partition; null: it does not tell. Rejects with a `ClientError` when the node cannot be asked. */
export async function fetchOffsets(
  client: KafkaClient,
  coordinator: number,
  group: string,
  topic: string,
): Promise<ReadonlyMap<number, number> | null> {
  const answer = await client.on(coordinator, API_TABLE.offsetFetch.schema, {
    groups: [{ groupId: group, topics: null }],
    requireStable: true,
  });
  const [found] = answer.groups;
  if (found === undefined || found.errorCode !== 0) return null;
  const partitions = found.topics.filter(({ name }) => name === topic).flatMap((each) => each.partitions);
  if (partitions.some(({ errorCode }) => errorCode !== 0)) return null;
  return new Map(partitions.map(({ partitionIndex, committedOffset }) => [partitionIndex, committedOffset]));
}
