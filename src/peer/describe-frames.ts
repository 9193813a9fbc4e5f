/**
 * What bytes between two nodes mean, for people: a line for each item of each frame. For tools; nothing is checked.
 */
import { decodeFrame, FRAME_OVERHEAD_BYTES, LENGTH_BYTES } from './frame.ts';
import type { FrameItem } from './frame-item.ts';
import { FrameError } from './frame-error.ts';

/** Of `bytes` that begin with a frame; what is no whole frame is told by its length. */
export function describeFrames(bytes: Buffer): readonly string[] {
  const lines: string[] = [];
  let at = 0;
  while (at + FRAME_OVERHEAD_BYTES <= bytes.length) {
    const end = at + LENGTH_BYTES + bytes.readUInt32BE(at);
    if (end > bytes.length) break;
    try {
      lines.push(...decodeFrame(bytes.subarray(at, end)).map(({ item }) => describeItem(item)));
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      break;
    }
    at = end;
  }
  if (at < bytes.length) lines.push(`${bytes.length - at} bytes`);
  return lines;
}

function describeItem(item: FrameItem): string {
  switch (item.kind) {
    case 'message':
      return `${item.message.kind} of ${item.group} ${fieldsOf(item.message)}`;
    case 'request':
      return `request ${item.id} ${item.method}`;
    case 'answer':
      return `answer ${item.id}`;
    case 'failure':
      return `failure ${item.id} ${item.reason}`;
    case 'hello':
      return `hello ${item.hello.lane}`;
    case 'hello-reply':
      return `hello-reply ${item.reply.refusal ?? 'accepted'}`;
    case 'identity':
      return `identity ${item.clusterId ?? 'none'}`;
  }
}

/** Scalars as they are, of lists the length. */
function fieldsOf(message: object): string {
  return Object.entries(message)
    .filter(([key]) => key !== 'kind')
    .map(([key, value]) => `${key}=${shown(value)}`)
    .join(' ');
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return `[${value.length}]`;
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  if (typeof value === 'object' && value !== null) return JSON.stringify(value).slice(0, 80);
  return String(value);
}
