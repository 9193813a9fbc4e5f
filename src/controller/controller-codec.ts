/**
 * Commands and answers between nodes: bodies of the transport's `controller.*` requests (proto/controller.proto).
 *
 * What is frequent or large (heartbeats, ISR changes, registrations) is protobuf; the rest is JSON in one field. Both
 * directions check at the gate and answer `invalid` instead of throwing.
 */
import { directoryId, incarnation, nodeId, offset, present, term, unreachable } from '../../raft/index.ts';
import type { Member } from '../../raft/index.ts';
import type { Endpoint } from '../metadata/index.ts';
import { flotilla } from '../peer/generated/controller.js';
import type {
  AdminCommand,
  AlterPartition,
  AnswerOf,
  BrokerCommand,
  BrokerHeartbeat,
  IsrProposal,
  ItemResult,
  Outcome,
  RegisterBroker,
} from './command.ts';
import { invalidCommand } from './command-gate.ts';
import type { JsonCommand } from './command-gate.ts';
import { KAFKA_ERROR_OF } from './refusal.ts';
import type { Refusal, RefusalReason } from './refusal.ts';

const wire = flotilla.controller;

/** Commands that a node may send to the controller. */
export type RemoteCommand = BrokerCommand | AdminCommand;

export type ControllerMethod =
  | 'controller.register'
  | 'controller.heartbeat'
  | 'controller.alter-partition'
  | 'controller.command';

export interface EncodedCommand {
  readonly method: ControllerMethod;
  readonly body: Uint8Array;
}

export type Decoded<T> =
  | { readonly kind: 'decoded'; readonly value: T }
  | { readonly kind: 'invalid'; readonly reason: string };

export function encodeCommand(command: RemoteCommand): EncodedCommand {
  switch (command.kind) {
    case 'register-broker':
      return { method: 'controller.register', body: encodeRegister(command) };
    case 'broker-heartbeat':
      return { method: 'controller.heartbeat', body: wire.Heartbeat.encode({ ...command }).finish() };
    case 'alter-partition': {
      const proposals = command.proposals.map((each) => ({
        ...each,
        isr: each.isr.map((member) => ({ ...member })),
        expelled: [...each.expelled],
      }));
      return {
        method: 'controller.alter-partition',
        body: wire.AlterPartition.encode({ ...command, proposals }).finish(),
      };
    }
    case 'report-quorum-leader':
    case 'report-failed-replicas':
    case 'accept-loss':
    case 'allocate-producer-ids':
    case 'create-topics':
    case 'delete-topics':
    case 'create-partitions':
    case 'alter-configs':
    case 'elect-leaders':
    case 'unregister-broker':
      return { method: 'controller.command', body: wire.Command.encode({ json: JSON.stringify(command) }).finish() };
  }
  return unreachable(command);
}

/** Never throws. */
export function decodeCommand(method: string, body: Uint8Array): Decoded<RemoteCommand> {
  return gate(`malformed ${method}`, () => {
    if (method === 'controller.register') return readRegister(wire.Register.decode(body));
    if (method === 'controller.heartbeat') return readHeartbeat(wire.Heartbeat.decode(body));
    if (method === 'controller.alter-partition') return readAlterPartition(wire.AlterPartition.decode(body));
    if (method === 'controller.command') return readJsonCommand(wire.Command.decode(body).json);
    throw new Error('unknown method');
  });
}

/** The one place where what a decoder throws becomes a reason. */
function gate<T>(what: string, read: () => T): Decoded<T> {
  try {
    return { kind: 'decoded', value: read() };
  } catch (error) {
    if (error instanceof Error) return { kind: 'invalid', reason: `${what}: ${error.message}` };
    throw error;
  }
}

function encodeRegister(command: RegisterBroker): Uint8Array {
  const { kafka, peer, admin, rack, knownIncarnations, found } = command;
  return wire.Register.encode({
    ...command,
    kafka: { ...kafka },
    peer: { ...peer },
    admin: { ...admin },
    hasRack: rack !== null,
    rack,
    knownIncarnations: [...knownIncarnations],
    found: found.map((each) => ({ ...each })),
  }).finish();
}

function readEndpoint(message: flotilla.controller.Endpoint.$Properties | null | undefined): Endpoint {
  const endpoint = present(message, 'an endpoint');
  return { host: endpoint.host ?? '', port: endpoint.port ?? 0 };
}

function readRegister(message: flotilla.controller.Register.$Properties): RegisterBroker {
  return {
    kind: 'register-broker',
    node: nodeId(message.node ?? 0),
    incarnation: incarnation(message.incarnation ?? ''),
    directory: directoryId(message.directory ?? ''),
    kafka: readEndpoint(message.kafka),
    peer: readEndpoint(message.peer),
    admin: readEndpoint(message.admin),
    rack: message.hasRack === true ? (message.rack ?? '') : null,
    knownIncarnations: (message.knownIncarnations ?? []).map((each) => incarnation(each)),
    found: (message.found ?? []).map((each) => ({
      topicId: each.topicId ?? '',
      partition: each.partition ?? 0,
      lastTerm: term(each.lastTerm ?? 0),
      end: offset(each.end ?? 0),
      lossy: each.lossy ?? false,
      failed: each.failed ?? false,
    })),
  };
}

function readHeartbeat(message: flotilla.controller.Heartbeat.$Properties): BrokerHeartbeat {
  return {
    kind: 'broker-heartbeat',
    node: nodeId(message.node ?? 0),
    incarnation: incarnation(message.incarnation ?? ''),
    appliedEnd: offset(message.appliedEnd ?? 0),
    wantsUnfence: message.wantsUnfence ?? false,
    wantsShutdown: message.wantsShutdown ?? false,
  };
}

function readAlterPartition(message: flotilla.controller.AlterPartition.$Properties): AlterPartition {
  return {
    kind: 'alter-partition',
    node: nodeId(message.node ?? 0),
    incarnation: incarnation(message.incarnation ?? ''),
    proposals: (message.proposals ?? []).map((each): IsrProposal => ({
      topicId: each.topicId ?? '',
      partition: each.partition ?? 0,
      leaderTerm: term(each.leaderTerm ?? 0),
      version: each.version ?? 0,
      isr: (each.isr ?? []).map((member) => readMember(member)),
      expelled: (each.expelled ?? []).map((node) => nodeId(node)),
    })),
  };
}

function readMember(message: flotilla.controller.Member.$Properties): Member {
  const life = message.incarnation ?? '';
  return { node: nodeId(message.node ?? 0), incarnation: life === '' ? null : incarnation(life) };
}

function readJsonCommand(json: string): JsonCommand {
  const value: unknown = JSON.parse(json);
  const invalid = invalidCommand(value);
  if (invalid !== null) throw new Error(invalid);
  // The gate has checked every field.
  return value as JsonCommand;
}

/** The reply to `command`; fresh bytes. */
export function encodeReply<C extends RemoteCommand>(command: C, outcome: Outcome<C>): Uint8Array {
  if (outcome.kind === 'unknown') return wire.Reply.encode({ unknown: outcome.reason }).finish();
  if (outcome.kind === 'not-controller') {
    const { controller } = outcome;
    return wire.Reply.encode({ notController: { known: controller !== null, controller } }).finish();
  }
  return wire.Reply.encode(replyMessage(command, outcome.answer)).finish();
}

type ReplyMessage = flotilla.controller.Reply.$Properties;

function replyMessage(command: RemoteCommand, answer: AnswerOf<RemoteCommand>): ReplyMessage {
  // The answer belongs to the command: `Outcome<C>` tied them where both came in.
  switch (command.kind) {
    case 'register-broker':
      return { register: { refusal: refusalOf(answer as AnswerOf<RegisterBroker>) } };
    case 'broker-heartbeat': {
      const result = answer as AnswerOf<BrokerHeartbeat>;
      return { heartbeat: result.kind === 'done' ? { ...result.value } : { refusal: result.refusal } };
    }
    case 'alter-partition': {
      const results = answer as AnswerOf<AlterPartition>;
      const answers = results.map((each) => (each.kind === 'done' ? { ...each.value } : { refusal: each.refusal }));
      return { alterPartition: { answers } };
    }
    case 'report-quorum-leader':
    case 'report-failed-replicas':
    case 'accept-loss':
    case 'allocate-producer-ids':
    case 'create-topics':
    case 'delete-topics':
    case 'create-partitions':
    case 'alter-configs':
    case 'elect-leaders':
    case 'unregister-broker':
      return { command: { json: JSON.stringify(answer) } };
  }
}

function refusalOf(result: ItemResult<unknown>): Refusal | null {
  return result.kind === 'refused' ? result.refusal : null;
}

/** Reads the reply to `command`. Never throws. */
export function decodeReply<C extends RemoteCommand>(command: C, bytes: Uint8Array): Decoded<Outcome<C>> {
  return gate('malformed reply of the controller', () => {
    const reply: ReplyMessage = wire.Reply.decode(bytes);
    if (reply.notController) {
      const { known, controller } = reply.notController;
      return { kind: 'not-controller', controller: known === true ? nodeId(controller ?? 0) : null };
    }
    const answer = readAnswer(command, reply);
    if (answer !== null) return { kind: 'answer', answer: answer as AnswerOf<C> };
    return { kind: 'unknown', reason: reply.unknown ?? 'the controller gave no answer' };
  });
}

/** Null: the reply holds no answer of the command's kind. */
function readAnswer(command: RemoteCommand, reply: ReplyMessage): AnswerOf<RemoteCommand> | null {
  switch (command.kind) {
    case 'register-broker':
      return reply.register ? readResult(reply.register.refusal, null) : null;
    case 'broker-heartbeat': {
      const { heartbeat } = reply;
      return heartbeat
        ? readResult(heartbeat.refusal, { fenced: heartbeat.fenced ?? false, mayStop: heartbeat.mayStop ?? false })
        : null;
    }
    case 'alter-partition': {
      const answers = reply.alterPartition?.answers ?? [];
      if (answers.length !== command.proposals.length) return null;
      return answers.map((each) => readResult(each.refusal, { version: each.version ?? 0 }));
    }
    case 'report-quorum-leader':
    case 'report-failed-replicas':
    case 'accept-loss':
    case 'allocate-producer-ids':
    case 'create-topics':
    case 'delete-topics':
    case 'create-partitions':
    case 'alter-configs':
    case 'elect-leaders':
    case 'unregister-broker':
      // From a node of the same cluster that passed the handshake; its answer is trusted as its records are.
      return reply.command ? (JSON.parse(reply.command.json ?? 'null') as AnswerOf<JsonCommand>) : null;
  }
}

function readResult<Value>(
  message: flotilla.controller.Refusal.$Properties | null | undefined,
  value: Value,
): ItemResult<Value> {
  if (!message) return { kind: 'done', value };
  const reason = message.reason ?? '';
  const refusal: Refusal = {
    reason: isReason(reason) ? reason : 'invalid-request',
    message: message.message ?? reason,
  };
  return { kind: 'refused', refusal };
}

function isReason(text: string): text is RefusalReason {
  return Object.hasOwn(KAFKA_ERROR_OF, text);
}
