/** Calls of Kafka's APIs between nodes: there and back through bytes, and nothing that is not for peers. */
import { describe, expect, test } from 'vitest';
import { incarnation, directoryId, millis, nodeId } from '../../raft/index.ts';
import type { PeerIdentity, RequestResult } from '../../src/peer/index.ts';
import { apiHandler, BROKER_CALL, PeerCalls, respond } from '../../src/server/index.ts';
import type { LogSink } from '../../src/ports/index.ts';
import { API_TABLE } from '../../src/wire/index.ts';

const { schema } = API_TABLE.addPartitionsToTxn;
const body = { transactions: [{ transactionalId: 'x', producerId: 1, producerEpoch: 2, topics: [] }] };

function pair(): {
  calls: PeerCalls;
  other: PeerCalls;
  results: RequestResult[];
  logged: string[];
  versions: number[];
} {
  const logged: string[] = [];
  const sink: LogSink = { log: (_level, message) => void logged.push(message), child: () => sink };
  const results: RequestResult[] = [];
  const versions: number[] = [];
  const from: PeerIdentity = {
    node: nodeId(1),
    incarnation: incarnation('life-1-1'),
    directory: directoryId('directory-1'),
    clusterId: null,
    empty: false,
  };
  const other = new PeerCalls({
    self: nodeId(2),
    request: () => Promise.resolve({ kind: 'unknown', reason: 'timeout' }),
    sink,
  });
  other.open([
    apiHandler({ schema, advertised: [4, 5], accepted: [4, 5] }, (request, { version }) => {
      versions.push(version);
      const resultsByTransaction = request.transactions.map(({ transactionalId }) => ({
        transactionalId,
        topicResults: [],
      }));
      return respond({ errorCode: 0, resultsByTransaction, resultsByTopicV3AndBelow: [] });
    }),
  ]);
  const calls = new PeerCalls({
    self: nodeId(1),
    request: async (_to, method, bytes) => {
      expect(method).toBe(BROKER_CALL);
      const given = results.shift();
      if (given !== undefined) return given;
      return other.serve(from, bytes).then(
        (answer) => ({ kind: 'answer' as const, body: answer }),
        (error: unknown) => ({ kind: 'error' as const, reason: String(error) }),
      );
    },
    sink,
  });
  return { calls, other, results, logged, versions };
}

describe('a call to another node', () => {
  test('is answered by its handler', async () => {
    const { calls, versions } = pair();
    const answer = await calls.call(nodeId(2), schema, 5, body, millis(10));
    expect(answer).toMatchObject({ errorCode: 0, resultsByTransaction: [{ transactionalId: 'x' }] });
    expect(versions).toEqual([5]);
  });

  test('without an answer is null, whatever the reason', async () => {
    const { calls, results } = pair();
    for (const reason of ['timeout', 'disconnected', 'not-connected'] as const) {
      results.push({ kind: 'unknown', reason });
      expect(await calls.call(nodeId(2), schema, 5, body, millis(10))).toBeNull();
    }
  });

  test('that is not for peers is refused and logged', async () => {
    const { calls, logged } = pair();
    const old = {
      v3AndBelowTransactionalId: 'x',
      v3AndBelowProducerId: 1,
      v3AndBelowProducerEpoch: 1,
      v3AndBelowTopics: [],
    };
    expect(await calls.call(nodeId(2), schema, 3, old, millis(10))).toBeNull();
    expect(await calls.call(nodeId(2), API_TABLE.listGroups.schema, 0, {}, millis(10))).toBeNull();
    expect(logged).toEqual(['a call to another node was refused', 'a call to another node was refused']);
  });

  test('whose bytes are none is refused, here and there', async () => {
    const { calls, other, results, logged } = pair();
    const from = { node: nodeId(1) } as PeerIdentity;
    await expect(other.serve(from, Buffer.alloc(3))).rejects.toThrow('a call of 3 bytes');
    await expect(other.serve(from, Buffer.from([0, 24, 0, 5, 9]))).rejects.toThrow(/AddPartitionsToTxn/);
    results.push({ kind: 'answer', body: Buffer.from([1]) });
    expect(await calls.call(nodeId(2), schema, 5, body, millis(10))).toBeNull();
    expect(logged).toEqual(['the answer of another node is not readable']);
  });
});
