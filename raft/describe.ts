/**
 * Text for golden scripts and debug logs: one line each, without what would differ between runs for no reason
 * (progress ids, bytes).
 *
 *   positions `end/term` · batches `[base,end)/term` · voters `1,2,3`
 */
import type { BatchPosition, LogPosition, Voter } from './batch-position.ts';
import type { Effect, Outgoing, Persist, Refusal } from './effect.ts';
import type { Input } from './input.ts';
import type { AppendOutcome, Message } from './message.ts';
import type { Status } from './status.ts';

function position(at: LogPosition): string {
  return `${at.end}/${at.term}`;
}

function voterList(voters: readonly Voter[]): string {
  return voters.map((voter) => voter.node).join(',');
}

function batchText(batch: BatchPosition): string {
  const range = `[${batch.base},${batch.end})/${batch.term}`;
  if (batch.control === null) return range;
  return batch.control.kind === 'no-op' ? `${range} no-op` : `${range} voters=${voterList(batch.control.voters)}`;
}

function batchList(batches: readonly BatchPosition[]): string {
  return batches.length === 0 ? 'empty' : batches.map(batchText).join(' ');
}

function outcomeText(outcome: AppendOutcome): string {
  switch (outcome.kind) {
    case 'matched':
      return `matched ${outcome.verifiedEnd}`;
    case 'diverged':
      return `diverged hint=${position(outcome.hint)}`;
    case 'fenced':
      return 'fenced';
  }
}

export function describeMessage(message: Message): string {
  switch (message.kind) {
    case 'pre-vote':
      return `pre-vote term=${message.term} log=${position(message.log)}`;
    case 'vote':
      return `vote term=${message.term} log=${position(message.log)}${message.transfer ? ' transfer' : ''}`;
    case 'pre-vote-reply':
    case 'vote-reply':
      return `${message.kind} term=${message.term} ${message.granted ? 'granted' : 'refused'}`;
    case 'append': {
      const round = message.round === 0 ? '' : ` round=${message.round}`;
      const prev = `${message.prevOffset}/${message.prevTerm}`;
      const header = `append term=${message.term} prev=${prev} start=${message.termStart} hw=${message.highWatermark}`;
      return `${header}${round} ${batchList(message.batches)}`;
    }
    case 'append-reply': {
      const round = message.round === 0 ? '' : ` round=${message.round}`;
      return `append-reply term=${message.term}${round} ${outcomeText(message.outcome)} end=${message.logEnd}`;
    }
    case 'reset':
      return `reset term=${message.term} at=${position(message.start)} hw=${message.highWatermark}`;
    case 'snapshot': {
      const { meta } = message;
      const range = `${message.position}+${message.bytes}/${meta.bytes}`;
      return `snapshot term=${message.term} last=${position(meta.last)} voters=${voterList(meta.voters)} at=${range}`;
    }
    case 'snapshot-reply':
      return `snapshot-reply term=${message.term} at=${message.position}`;
    case 'timeout-now':
      return `timeout-now term=${message.term}`;
  }
}

function describeRefusal(refusal: Refusal): string {
  return refusal.kind === 'not-leader'
    ? `not-leader leader=${refusal.leader ?? 'none'} term=${refusal.term}`
    : refusal.kind;
}

function outgoingText(outgoing: Outgoing): string {
  return `to ${outgoing.to}: ${describeMessage(outgoing.message)}`;
}

function describePersist(effect: Persist): string {
  const { hardState } = effect;
  const parts = [`persist #${effect.sequence}`];
  if (hardState !== null) parts.push(`term=${hardState.term} vote=${hardState.votedFor?.node ?? 'none'}`);
  if (effect.truncateTo !== null) parts.push(`truncate=${effect.truncateTo}`);
  if (effect.reset !== null) parts.push(`reset=${position(effect.reset)}`);
  if (effect.openTerm !== null) parts.push(`open=${effect.openTerm.term}@${effect.openTerm.start}`);
  if (effect.append.length > 0) parts.push(`append ${batchList(effect.append)}`);
  if (effect.logStart !== null) parts.push(`start=${effect.logStart}`);
  for (const outgoing of effect.thenSend) parts.push(`then ${outgoingText(outgoing)}`);
  return parts.join(' | ');
}

export function describeEffect(effect: Effect): string {
  switch (effect.kind) {
    case 'persist':
      return describePersist(effect);
    case 'send':
      return `send ${outgoingText(effect)}`;
    case 'send-batches':
      return `send-batches to ${effect.peer} from ${effect.header.prevOffset}/${effect.header.prevTerm} hw=${effect.header.highWatermark}`;
    case 'send-snapshot':
      return `send-snapshot to ${effect.peer} at=${effect.position}`;
    case 'store-snapshot':
      return `store-snapshot from ${effect.from} last=${position(effect.meta.last)} at=${effect.position}+${effect.bytes}`;
    case 'commit':
      return `commit ${effect.highWatermark}`;
    case 'role': {
      const start = effect.termStart === null ? '' : ` start=${effect.termStart}`;
      return `role ${effect.role} term=${effect.term} leader=${effect.leader ?? 'none'}${start}`;
    }
    case 'propose-isr': {
      const members = effect.isr.map((member) => member.node).join(',');
      const expelled = effect.expelled.length === 0 ? '' : ` expelled=${effect.expelled.join(',')}`;
      return `propose-isr term=${effect.term} version=${effect.version} isr=${members}${expelled}`;
    }
    case 'read-ready':
      return `read-ready ${effect.id} hw=${effect.highWatermark}`;
    case 'read-refused':
      return `read-refused ${effect.id} ${describeRefusal(effect.refusal)}`;
    case 'refused':
      return `refused ${describeRefusal(effect.refusal)}`;
    case 'voters':
      return `voters ${voterList(effect.voters)}`;
    case 'violation':
      return `violation ${effect.reason}`;
  }
}

export function describeInput(input: Input): string {
  switch (input.kind) {
    case 'receive':
      return `receive from ${input.from}: ${describeMessage(input.message)}`;
    case 'propose':
      return `propose ${input.batches.map((batch) => batch.offsets).join(' ')}`;
    case 'persisted':
      return `persisted #${input.sequence}`;
    case 'sent':
      return `sent to ${input.peer} up to ${input.end}`;
    case 'peer-connected':
      return `peer-connected ${input.peer} incarnation=${input.incarnation}`;
    case 'peer-disconnected':
    case 'suspect':
      return `${input.kind} ${input.peer}`;
    case 'bootstrap':
    case 'change-voters':
      return `${input.kind} ${voterList(input.voters)}`;
    case 'transfer':
      return `transfer to ${input.to}`;
    case 'read':
      return `read ${input.id}`;
    case 'assign': {
      const { term, version, leader, isr } = input.assignment;
      return `assign term=${term} version=${version} leader=${leader?.node ?? 'none'} isr=${isr.join(',')}`;
    }
    case 'advance-log-start':
      return `advance-log-start ${input.to}`;
    case 'snapshot-sent':
      return `snapshot-sent to ${input.peer} at=${input.position}+${input.bytes}`;
    case 'snapshot-stored':
      return `snapshot-stored from ${input.from} at=${input.position}`;
    case 'tick':
    case 'resign':
      return input.kind;
  }
}

/** One line: role, term, log ends, and the match of each peer. */
export function describeStatus(status: Status): string {
  const start = status.logStart === 0 ? '' : `${status.logStart}..`;
  const log = `log=${start}${status.logEnd} durable=${status.durableEnd} hw=${status.highWatermark}`;
  const peers = status.peers.map((peer) => `${peer.peer}:${peer.kind}@${peer.verified ? peer.matchOffset : '?'}`);
  const tail = peers.length === 0 ? '' : ` peers ${peers.join(' ')}`;
  return `${status.role} term=${status.term} leader=${status.leader ?? 'none'} ${log}${tail}`;
}
