/**
 * One frame: items in a protobuf header, and behind it the raw bytes that belong to them.
 *
 * ```
 *  u32 length        bytes after this field
 *  u32 header length
 *  header            protobuf Frame: items, each with how many attachment bytes are its own
 *  u32 CRC32C        of all the above
 *  attachment        batches and snapshot chunks, in the order of the items
 * ```
 *
 * Numbers are big-endian. The CRC covers what no other one covers: a batch's own CRC leaves its offset, length and term
 * open, and the header repeats all three for each batch. The attachment is not checked again here, because its batches
 * (and a snapshot as a whole) carry CRCs that the storage verifies, and no payload is summed twice on one node.
 */
import protobuf from 'protobufjs/minimal.js';
import { crc32c } from '../../storage/index.ts';
import { FrameError, whole } from './frame-error.ts';
import { decodeItem, encodeItem } from './frame-item.ts';
import type { FrameItem } from './frame-item.ts';
import { flotilla } from './generated/peer.js';

/** Bytes of the length field. */
export const LENGTH_BYTES = 4;
/** Length, header length and CRC. */
export const FRAME_OVERHEAD_BYTES = 12;
const HEADER_AT = 8;
const CRC_BYTES = 4;
/** Field 1 (items), length-delimited. */
const ITEM_TAG = (1 << 3) | 2;

const NOTHING = Buffer.alloc(0);

/** A frame that is being filled. Items are encoded as they come; attachments are only remembered, never copied. */
export class FrameBuilder {
  readonly #writer = protobuf.Writer.create().fixed32(0).fixed32(0);
  readonly #attachments: Uint8Array[] = [];
  #attachmentBytes = 0;
  #items = 0;

  /** Bytes that the frame takes as it is now. */
  get bytes(): number {
    return this.#writer.len + CRC_BYTES + this.#attachmentBytes;
  }

  get items(): number {
    return this.#items;
  }

  /** `attachment` must not change until the frame is written; its bytes must be as many as the item says. */
  add(item: FrameItem, attachment: readonly Uint8Array[]): void {
    flotilla.peer.Item.encode(encodeItem(item), this.#writer.uint32(ITEM_TAG).fork()).ldelim();
    this.#items += 1;
    for (const each of attachment) {
      if (each.length === 0) continue;
      this.#attachments.push(each);
      this.#attachmentBytes += each.length;
    }
  }

  /** The whole frame as buffers to be written in order. The builder is used up. */
  seal(): readonly Uint8Array[] {
    const head = this.#writer.fixed32(0).finish();
    const view = new DataView(head.buffer, head.byteOffset, head.length);
    const crcAt = head.length - CRC_BYTES;
    view.setUint32(0, head.length - LENGTH_BYTES + this.#attachmentBytes);
    view.setUint32(LENGTH_BYTES, crcAt - HEADER_AT);
    view.setUint32(crcAt, crc32c(head.subarray(0, crcAt)));
    return [head, ...this.#attachments];
  }
}

/** A frame of one item without attachment. */
export function frameOf(item: FrameItem): readonly Uint8Array[] {
  const builder = new FrameBuilder();
  builder.add(item, []);
  return builder.seal();
}

export interface ReceivedItem {
  readonly item: FrameItem;
  /** A part of the frame's own memory: it lives as long as any part is kept. */
  readonly attachment: Uint8Array;
}

/** The items of `frame` (length field included). All of it is checked before anything is returned. Throws {@link FrameError}. */
export function decodeFrame(frame: Buffer): readonly ReceivedItem[] {
  if (frame.length < FRAME_OVERHEAD_BYTES) throw new FrameError(`a frame of ${frame.length} bytes`);
  const length = frame.readUInt32BE(0);
  if (length !== frame.length - LENGTH_BYTES) throw new FrameError(`a frame of ${frame.length} bytes says ${length}`);
  const crcAt = checkedHead(frame, frame.length);
  if (crcAt === null) throw new FrameError(`a frame of ${frame.length} bytes without its header`);
  const attached = crcAt + CRC_BYTES;
  // Most frames bring nothing more, and each view costs as much as the message.
  return itemsOf(
    headerOf(frame.subarray(HEADER_AT, crcAt)),
    attached === frame.length ? NOTHING : frame.subarray(attached),
  );
}

/**
 * Where the CRC of a frame lies of which the first `filled` bytes are there; null as long as it is not there. Throws {@link
 * FrameError} when it does not match: then the length is not to be believed either, and must not be waited for.
 */
export function checkedHead(frame: Buffer, filled: number): number | null {
  if (filled < HEADER_AT) return null;
  const headerLength = frame.readUInt32BE(LENGTH_BYTES);
  if (headerLength > frame.length - FRAME_OVERHEAD_BYTES)
    throw new FrameError(`a header of ${headerLength} bytes in a frame of ${frame.length}`);
  const crcAt = HEADER_AT + headerLength;
  if (filled < crcAt + CRC_BYTES) return null;
  const crc = frame.readUInt32BE(crcAt);
  const actual = crc32c(frame.subarray(0, crcAt));
  if (crc !== actual) throw new FrameError(`the header's CRC is ${actual}, not ${crc}`);
  return crcAt;
}

function headerOf(bytes: Buffer): flotilla.peer.Frame.$Properties {
  try {
    return flotilla.peer.Frame.decode(bytes);
  } catch (error) {
    // Only generated code runs in there, and it throws only because of the bytes.
    throw new FrameError(`the header is no protobuf: ${String(error)}`, { cause: error });
  }
}

function itemsOf(header: flotilla.peer.Frame.$Properties, attachment: Buffer): readonly ReceivedItem[] {
  const items: ReceivedItem[] = [];
  let position = 0;
  for (const wire of header.items ?? []) {
    const end = position + whole(wire.attachment, 'attachment');
    if (end > attachment.length)
      throw new FrameError(`items speak of ${end} attached bytes, the frame has ${attachment.length}`);
    const isAll = end - position === attachment.length;
    items.push({ item: decodeItem(wire), attachment: isAll ? attachment : attachment.subarray(position, end) });
    position = end;
  }
  if (position !== attachment.length)
    throw new FrameError(`items speak of ${position} attached bytes, the frame has ${attachment.length}`);
  return items;
}
