/** Commands and answers as bytes: all come back; junk, strangers' commands and internal ones are refused at the gate. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { incarnation, nodeId, offset, term } from '../../raft/index.ts';
import { BadRequest, serveController } from '../../src/controller/index.ts';
import type { Outcome, RemoteCommand } from '../../src/controller/index.ts';
import { decodeCommand, decodeReply, encodeCommand, encodeReply } from '../../src/controller/controller-codec.ts';
import { newTopic, registration } from './scene.ts';

const life = { node: nodeId(2), incarnation: incarnation('life-2') };
const found = [{ topicId: 't', partition: 3, lastTerm: term(4), end: offset(2 ** 52), lossy: true, failed: true }];
const isr = [life, { node: nodeId(0), incarnation: null }];
const refused = { kind: 'refused', refusal: { reason: 'unknown-topic', message: 'there is none' } } as const;
const proposal = { topicId: 't', partition: 0, leaderTerm: term(0), version: 9, isr, expelled: [nodeId(4)] };

interface Case {
  readonly command: RemoteCommand;
  readonly answers: readonly unknown[];
}

const CASES: readonly Case[] = [
  {
    command: registration(2, 'life-2', { rack: '', knownIncarnations: [incarnation('life-1')], found }),
    answers: [{ kind: 'done', value: null }, refused],
  },
  {
    command: { kind: 'broker-heartbeat', ...life, appliedEnd: offset(7), wantsUnfence: true, wantsShutdown: false },
    answers: [{ kind: 'done', value: { fenced: true, mayStop: false } }, refused],
  },
  {
    command: {
      kind: 'alter-partition',
      ...life,
      proposals: [proposal, { ...proposal, partition: 1, isr: [], expelled: [] }],
    },
    answers: [[{ kind: 'done', value: { version: 10 } }, refused]],
  },
  {
    command: { kind: 'report-quorum-leader', ...life, reports: [{ topicId: 't', partition: 0, term: term(3) }] },
    answers: [[refused]],
  },
  {
    command: { kind: 'allocate-producer-ids', ...life },
    answers: [{ kind: 'done', value: { first: 1000, count: 1000 } }],
  },
  {
    command: {
      kind: 'create-topics',
      validateOnly: true,
      topics: [newTopic('t', { assignments: [[nodeId(1)]], configs: [{ key: 'flush', value: 'os' }] })],
    },
    answers: [[{ kind: 'done', value: { topicId: 'x', partitions: 1, replicationFactor: 1 } }]],
  },
  {
    command: {
      kind: 'delete-topics',
      topics: [
        { kind: 'name', name: 'a' },
        { kind: 'id', id: 'b' },
      ],
    },
    answers: [[refused, refused]],
  },
  {
    command: {
      kind: 'report-failed-replicas',
      ...life,
      replicas: [{ topicId: 't', partition: 3, version: 2 ** 40 }],
    },
    answers: [[refused], [{ kind: 'done', value: null }]],
  },
  {
    command: { kind: 'create-partitions', topics: [{ name: 't', count: 4, assignments: null }], validateOnly: false },
    answers: [[refused]],
  },
  {
    command: {
      kind: 'alter-configs',
      resources: [
        {
          resource: { kind: 'broker', node: null },
          replaceAll: false,
          changes: [{ key: 'k', operation: 'delete', value: null }],
        },
        { resource: { kind: 'topic', name: 't' }, replaceAll: true, changes: [] },
      ],
      validateOnly: false,
    },
    answers: [[refused, { kind: 'done', value: null }]],
  },
  {
    command: { kind: 'elect-leaders', election: 'unclean', partitions: null },
    answers: [[{ topic: 't', partition: 0, result: refused }]],
  },
  { command: { kind: 'unregister-broker', node: nodeId(0) }, answers: [refused] },
];

const named = CASES.map((each) => ({ ...each, name: each.command.kind }));

describe('commands between nodes', () => {
  it.each(named)('come back from their bytes: $name', ({ command }) => {
    const { method, body } = encodeCommand(command);
    expect(decodeCommand(method, body)).toEqual({ kind: 'decoded', value: command });
  });

  it.each(named)('get their answers back: $name', ({ command, answers }) => {
    const outcomes = [
      ...answers.map((answer) => ({ kind: 'answer', answer }) as Outcome<RemoteCommand>),
      { kind: 'not-controller', controller: nodeId(0) } as const,
      { kind: 'not-controller', controller: null } as const,
      { kind: 'unknown', reason: 'lost' } as const,
    ];
    for (const outcome of outcomes)
      expect(decodeReply(command, encodeReply(command, outcome))).toEqual({ kind: 'decoded', value: outcome });
  });

  it('that are junk are refused, never thrown', () => {
    const methods = [
      'controller.register',
      'controller.heartbeat',
      'controller.alter-partition',
      'controller.command',
      'other',
    ];
    fc.assert(
      fc.property(fc.constantFrom(...methods), fc.uint8Array({ maxLength: 40 }), fc.json(), (method, bytes, json) => {
        const text = Buffer.from(json);
        const wrapped = Uint8Array.from([10, text.length & 0x7f, ...text.subarray(0, text.length & 0x7f)]);
        for (const body of [bytes, wrapped]) expect(['decoded', 'invalid']).toContain(decodeCommand(method, body).kind);
        for (const { command } of CASES) expect(['decoded', 'invalid']).toContain(decodeReply(command, bytes).kind);
      }),
      { seed: 5, numRuns: 200 },
    );
  });

  it.each([
    ['an internal command', { kind: 'fence-broker', node: 1, incarnation: 'x' }, 'command.kind must be one of'],
    ['a prototype key', { kind: '__proto__' }, 'command.kind must be one of'],
    ['a missing field', { kind: 'delete-topics' }, 'command.topics must be a list'],
    [
      'a wrong type deep inside',
      { kind: 'delete-topics', topics: [{ kind: 'name', name: 5 }] },
      'command.topics[0].name must be text',
    ],
    ['a negative node', { kind: 'unregister-broker', node: -1 }, 'command.node must be a whole number from 0'],
  ])('as JSON with %s are refused with the path', (_, value, reason) => {
    const text = Buffer.from(JSON.stringify(value));
    const body = Uint8Array.from([10, text.length, ...text]);
    expect(decodeCommand('controller.command', body)).toEqual({
      kind: 'invalid',
      reason: expect.stringContaining(reason),
    });
  });
});

describe('serving peers', () => {
  const controller = { submit: () => Promise.resolve({ kind: 'not-controller', controller: nodeId(3) } as const) };
  const beat = encodeCommand({
    kind: 'broker-heartbeat',
    ...life,
    appliedEnd: offset(7),
    wantsUnfence: true,
    wantsShutdown: false,
  });

  it('refuses a broker that speaks for another node, or for another life of its own', async () => {
    const others = [
      { ...life, node: nodeId(1) },
      { ...life, incarnation: incarnation('life-1') },
    ];
    for (const from of others)
      await expect(serveController(controller, from, beat.method, beat.body)).rejects.toThrow(BadRequest);
    await expect(serveController(controller, life, beat.method, beat.body)).resolves.toBeInstanceOf(Uint8Array);
  });

  it('refuses what is malformed with a reason', async () => {
    await expect(serveController(controller, life, 'controller.nothing', beat.body)).rejects.toThrow('unknown method');
  });
});
