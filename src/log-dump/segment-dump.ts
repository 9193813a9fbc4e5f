/**
 * A segment, batch by batch: header, place, CRC; with `records` what is in it, decompressed.
 *
 *   header ─▶ length plausible? ─no─▶ damage here, the end        CRC wrong, length right: damage, and on with the next
 *
 * Offsets must rise from the base offset in the file's name on.
 */
import {
  batchCrc,
  BATCH_HEADER_SIZE,
  BATCH_MAGIC,
  markerCoordinatorEpoch,
  nextBatch,
  readBatchHeader,
  readRecords,
} from '../../storage/batch/index.ts';
import type { BatchHeader, LogRecord } from '../../storage/batch/index.ts';
import { decompressStream } from '../../storage/compression/index.ts';
import type { ByteSource } from './byte-source.ts';
import { bytesFact, orNone } from './fact.ts';
import type { DumpLine, Fact, Tell } from './fact.ts';
import type { RecordDecoder } from './file-kind.ts';
import { RecordMeanings } from './record-meaning.ts';

/** Most bytes that one batch may decompress to. */
const MOST_DECOMPRESSED = 256 * 1024 * 1024;
const LENGTH_AND_MAGIC = 17;
const CONTROL_TYPES = [
  'abort',
  'commit',
  'leader-change',
  'snapshot-header',
  'snapshot-footer',
  'kraft-version',
  'voters',
];

export interface SegmentDumpOptions {
  readonly records: boolean;
  readonly decoder: RecordDecoder;
  /** Offsets below it have no place in this file. */
  readonly baseOffset: number;
}

/** The sequence of the batch's last record; after 2^31-1 comes 0. */
function lastSequenceOf(header: BatchHeader): number | null {
  if (header.baseSequence < 0) return null;
  return (header.baseSequence + header.lastOffsetDelta) % 2 ** 31;
}

function batchLine(header: BatchHeader, position: number, valid: boolean): DumpLine {
  return {
    kind: 'batch',
    position,
    size: header.size,
    baseOffset: header.baseOffset,
    lastOffset: header.baseOffset + header.lastOffsetDelta,
    count: header.recordCount,
    term: orNone(header.term),
    baseSequence: orNone(header.baseSequence),
    lastSequence: lastSequenceOf(header),
    producerId: orNone(header.producerId),
    producerEpoch: orNone(header.producerEpoch),
    isTransactional: header.transactional,
    isControl: header.control,
    deleteHorizon: header.hasDeleteHorizon ? header.baseTimestamp : null,
    timestampType: header.timestampType,
    maxTimestamp: orNone(header.maxTimestamp),
    magic: header.magic,
    compression: header.compression,
    crc: header.crc,
    valid,
  };
}

function controlFact({ key, value }: LogRecord): Fact {
  if (key === null || key.length < 4) return { type: 'unknown', body: bytesFact(value) };
  const code = new DataView(key.buffer, key.byteOffset, key.byteLength).getInt16(2);
  const type = CONTROL_TYPES[code] ?? `unknown type ${code}`;
  if (value !== null && (type === 'commit' || type === 'abort'))
    return { type, coordinatorEpoch: markerCoordinatorEpoch(value) };
  return { type, body: bytesFact(value) };
}

export class SegmentDump {
  readonly #source: ByteSource;
  readonly #options: SegmentDumpOptions;
  readonly #tell: Tell;
  readonly #meanings = new RecordMeanings();
  #position = 0;
  #nextOffset: number;

  constructor(source: ByteSource, options: SegmentDumpOptions, tell: Tell) {
    this.#source = source;
    this.#options = options;
    this.#tell = tell;
    this.#nextOffset = options.baseOffset;
  }

  /** Tells everything up to the end of the file, or up to bytes behind which nothing can be found. */
  async run(): Promise<void> {
    while (this.#position < this.#source.size) {
      const head = await this.#source.view(this.#position, BATCH_HEADER_SIZE);
      const size = this.#sizeOf(head);
      if (size === null) return;
      this.#batch(await this.#source.view(this.#position, size));
      this.#position += size;
    }
  }

  /** Bytes of the batch at the position; null when that is none, which has been told. */
  #sizeOf(head: Buffer): number | null {
    const left = this.#source.size - this.#position;
    const next = nextBatch(head, 0);
    if (next.kind === 'corrupt') return this.#end(next.detail);
    if (head.length < LENGTH_AND_MAGIC) return this.#end(`the last batch is cut: ${left} bytes`);
    const size = head.readInt32BE(8) + 12;
    if (head[16] !== BATCH_MAGIC) return this.#end(`a batch of the older format ${head[16]}`);
    if (size > left) return this.#end(`the last batch is cut: ${left} bytes of ${size}`);
    return size < BATCH_HEADER_SIZE ? this.#end(`a batch of ${size} bytes`) : size;
  }

  #end(reason: string): null {
    this.#damage(reason);
    return null;
  }

  #damage(reason: string): void {
    this.#tell({ kind: 'damage', position: this.#position, reason });
  }

  #batch(batch: Buffer): void {
    const header = readBatchHeader(batch);
    const computed = batchCrc(batch);
    const valid = computed === header.crc;
    this.#tell(batchLine(header, this.#position, valid));
    if (!valid) return this.#damage(`CRC ${header.crc} in the header, ${computed} of the bytes`);
    if (header.baseOffset < this.#nextOffset)
      this.#damage(`base offset ${header.baseOffset} where ${this.#nextOffset} or more must follow`);
    this.#nextOffset = Math.max(this.#nextOffset, header.baseOffset + header.lastOffsetDelta + 1);
    if (this.#options.records) this.#records(batch);
  }

  #records(batch: Buffer): void {
    const read = readRecords(batch, decompressStream, MOST_DECOMPRESSED);
    if (read.kind === 'refused') return this.#damage(read.detail);
    for (const record of read.records) {
      this.#tell({
        kind: 'record',
        offset: record.offset,
        timestamp: orNone(record.timestamp),
        sequence: orNone(record.sequence),
        keySize: record.key?.length ?? null,
        valueSize: record.value?.length ?? null,
        headers: record.headers.map(({ key, value }) => [key, bytesFact(value)]),
        ...(read.header.control ? { control: controlFact(record) } : this.#meaning(record)),
      });
    }
  }

  #meaning(record: LogRecord): { readonly [name: string]: Fact } {
    const { key, value } = this.#meanings.of(this.#options.decoder, record);
    return { key, value };
  }
}
