/** Which broker coordinates a consumer group or a transactional id. */
import { API_TABLE } from '../wire/index.ts';
import { refuseUnlessOk } from './client-error.ts';
import type { KafkaClient } from './kafka-client.ts';

const KEY_TYPES = { group: 0, transaction: 1 } as const;

/** Its node, which the client's metadata then knows. Rejects with {@link ClientError}; retries while there is none yet. */
export async function findCoordinator(client: KafkaClient, kind: keyof typeof KEY_TYPES, key: string): Promise<number> {
  // The first contact is not repeated: nobody there is an answer.
  if (client.metadata.brokers.size === 0) await client.refresh([]);
  return client.retry(async () => {
    const keyType = KEY_TYPES[kind];
    const answer = await client.any(API_TABLE.findCoordinator.schema, { key, keyType, coordinatorKeys: [key] });
    const { errorCode, errorMessage, nodeId } = answer.coordinators[0] ?? answer;
    refuseUnlessOk(errorCode, `coordinator of ${kind} ${key}`, errorMessage);
    if (!client.metadata.brokers.has(nodeId)) await client.refresh([]);
    return nodeId;
  });
}
