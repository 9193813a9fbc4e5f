/**
 * Decompresses zstd by the package `fzstd`, within bounds that it does not keep itself.
 *
 * It takes memory for the window that a frame asks for, up to 2 GB; so frames are read one by one and a window that is
 * larger than anything the frame can give is made smaller first. Node 20 has no zstd of its own.
 */
import { decompress } from 'fzstd';
import type { ZstdFrame } from './zstd-frame.ts';
import { zstdFrames } from './zstd-frame.ts';

const LEAST_WINDOW_LOG = 17;
const WINDOW_LOG_BASE = 10;

/** The frame with a window no larger than needed: a match cannot reach further back than all that was written. */
function withSmallWindow(frame: ZstdFrame): Uint8Array {
  if (frame.windowAt === null) return frame.bytes;
  const log = Math.max(LEAST_WINDOW_LOG, Math.ceil(Math.log2(Math.max(1, frame.bound))));
  const asked = ((frame.bytes[frame.windowAt] ?? 0) >> 3) + WINDOW_LOG_BASE;
  if (asked <= log) return frame.bytes;
  const copy = Uint8Array.from(frame.bytes);
  copy[frame.windowAt] = (log - WINDOW_LOG_BASE) << 3;
  return copy;
}

function decompressFrame(frame: ZstdFrame): Uint8Array | string {
  try {
    return decompress(withSmallWindow(frame));
  } catch (error) {
    // The package meets bad streams with errors of many classes; all of them mean the same.
    return `zstd: ${error instanceof Error ? error.message : 'bad stream'}`;
  }
}

/** Decompresses all frames of `bytes` to at most `maxBytes`; a string says why it cannot. */
export function decompressZstd(bytes: Uint8Array, maxBytes: number): Uint8Array | string {
  const frames = zstdFrames(bytes);
  if (typeof frames === 'string') return frames;
  const parts: Uint8Array[] = [];
  let total = 0;
  for (const frame of frames) {
    // Without a content size the bound may be far above the truth: allow what the limit could hold.
    if ((frame.contentSize ?? 0) > maxBytes) return `more than ${maxBytes} bytes`;
    if (frame.bound > maxBytes * 4 + 1024 * 1024) return `more than ${maxBytes} bytes`;
    const part = decompressFrame(frame);
    if (typeof part === 'string') return part;
    parts.push(part);
    total += part.length;
    if (total > maxBytes) return `more than ${maxBytes} bytes`;
  }
  return parts.length === 1 ? (parts[0] ?? new Uint8Array(0)) : Buffer.concat(parts);
}
