/** ElectLeaders: preferred (0) or unclean (1) elections, asked of the controller (KIP-460). */
import { millis } from '../../raft/index.ts';
import { apiHandler, respond } from '../server/index.ts';
import type { ApiHandler } from '../server/index.ts';
import { API_TABLE } from '../wire/index.ts';
import { noAnswer } from './command-port.ts';
import type { CommandPort } from './command-port.ts';
import { resultCode } from './topic-admin.ts';

const UNCLEAN = 1;

export function electLeadersHandler(commands: CommandPort): ApiHandler {
  return apiHandler(API_TABLE.electLeaders, async (request) => {
    const election = request.electionType === UNCLEAN ? 'unclean' : 'preferred';
    const asked = request.topicPartitions;
    const partitions =
      asked === null
        ? null
        : asked.flatMap(({ topic, partitions: numbers }) => numbers.map((partition) => ({ topic, partition })));
    const outcome = await commands.submit(
      { kind: 'elect-leaders', election, partitions },
      millis(Math.max(0, request.timeoutMs)),
    );
    if (outcome.kind !== 'answer') return respond({ errorCode: noAnswer(outcome).code, replicaElectionResults: [] });
    const byTopic = new Map<string, { partitionId: number; errorCode: number; errorMessage: string | null }[]>();
    for (const { topic, partition, result } of outcome.answer) {
      const results = byTopic.get(topic) ?? [];
      results.push({ partitionId: partition, ...resultCode(result) });
      byTopic.set(topic, results);
    }
    const replicaElectionResults = [...byTopic].map(([topic, partitionResult]) => ({ topic, partitionResult }));
    return respond({ errorCode: 0, replicaElectionResults });
  });
}
