/**
 * Appends as they come from a peer: checked against their bytes, told what their control batches say, and cut into the
 * batches that the core takes.
 */
import { assert, present } from '../../raft/index.ts';
import type { Append, BatchPosition, Message } from '../../raft/index.ts';
import type { StoredBatch } from '../../storage/index.ts';
import { controlOf, invalidBatches, keepable } from './batch-bytes.ts';

/** An append whose bytes are what its header says. */
export interface ReceivedAppend {
  readonly kind: 'received';
  readonly message: Append;
  readonly attachment: Buffer;
}

/** Messages that a log which takes nothing must not see: it would keep their batches in memory. Their senders try again. */
export function bringsData(message: Message): boolean {
  return (
    message.kind === 'snapshot' || message.kind === 'reset' || (message.kind === 'append' && message.batches.length > 0)
  );
}

/** Checks the batches of an append; a refusal says what is wrong with them. */
export function receiveAppend(
  message: Append,
  bytes: Uint8Array,
): ReceivedAppend | { readonly kind: 'invalid'; readonly reason: string } {
  const attachment = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const reason = invalidBatches(message.batches, attachment);
  if (reason !== null) return { kind: 'invalid', reason };
  let at = 0;
  const batches = message.batches.map((position): BatchPosition => {
    const control = controlOf(attachment.subarray(at, at + position.bytes));
    at += position.bytes;
    return control === null ? position : { ...position, control };
  });
  return { kind: 'received', message: { ...message, batches }, attachment };
}

/** The stored form of the last `positions.length` batches of a received append. */
export function suffixOf(received: ReceivedAppend, positions: readonly BatchPosition[]): readonly StoredBatch[] {
  const { message, attachment } = received;
  const skipped = message.batches.length - positions.length;
  assert(skipped >= 0, 'the core appends more than was received');
  let at = 0;
  for (const { bytes } of message.batches.slice(0, skipped)) at += bytes;
  return positions.map((position, index) => {
    const sent = present(message.batches[skipped + index], 'received batch');
    assert(sent.base === position.base, 'the core appends another batch than was received');
    const bytes = keepable(attachment.subarray(at, at + position.bytes));
    at += position.bytes;
    return { position, bytes };
  });
}
