/**
 * The state machine over the metadata log: reads what is committed, in order, and makes images of it.
 *
 * ```
 *  high watermark ─▶ read [applied, high watermark) ─▶ decode ─▶ applyRecords ─▶ image ─▶ onImage
 * ```
 *
 * One reader at a time; images come in the order of the log. An image never reaches beyond the high watermark.
 */
import { assert, byteCount, offset as toOffset, term as toTerm } from '../../raft/index.ts';
import type { Offset, Voter } from '../../raft/index.ts';
import { readRecords, refuseCompressed } from '../../storage/batch/index.ts';
import type { BatchRun, ReplicaLog } from '../../storage/index.ts';
import { applyRecords, decodeRecord, withPosition } from '../metadata/index.ts';
import type { MetadataImage, MetadataRecord } from '../metadata/index.ts';
import { controlOf } from '../replica/index.ts';

const READ_BYTES = byteCount(1 << 20);

export interface MachineOptions {
  readonly log: ReplicaLog;
  readonly image: MetadataImage;
  /** Voters as of `image`. */
  readonly voters: readonly Voter[];
  readonly onImage: (image: MetadataImage) => void;
  /** A committed record cannot be understood or read: the node must stop, guessing would make it differ from the others. */
  readonly fatal: (reason: string) => never;
}

export class MetadataMachine {
  readonly #options: MachineOptions;
  #image: MetadataImage;
  #voters: readonly Voter[];
  #target: Offset;
  #reading = false;
  /** Raised by `replace`; a read that began before is dropped. */
  #generation = 0;
  #appliedBytes = 0;

  constructor(options: MachineOptions) {
    this.#options = options;
    this.#image = options.image;
    this.#voters = options.voters;
    this.#target = options.image.end;
  }

  get image(): MetadataImage {
    return this.#image;
  }
  /** Voters named by the newest applied entry. */
  get voters(): readonly Voter[] {
    return this.#voters;
  }
  /** Bytes of batches applied since the start or the last call of `resetAppliedBytes`. */
  get appliedBytes(): number {
    return this.#appliedBytes;
  }
  resetAppliedBytes(): void {
    this.#appliedBytes = 0;
  }

  /** All below `highWatermark` is committed; applies it, at once where the log's tail has it. */
  advance(highWatermark: Offset): void {
    if (highWatermark > this.#target) this.#target = highWatermark;
    this.#read();
  }

  /** A snapshot took the place of everything below `image.end`. */
  replace(image: MetadataImage, voters: readonly Voter[]): void {
    assert(
      image.end >= this.#image.end,
      () => `a snapshot at ${image.end} in the place of what is applied to ${this.#image.end}`,
    );
    this.#generation += 1;
    this.#reading = false;
    this.#image = image;
    this.#voters = voters;
    this.#target = toOffset(Math.max(this.#target, image.end));
    this.#options.onImage(image);
    this.#read();
  }

  #read(): void {
    while (!this.#reading && this.#image.end < this.#target) {
      const run = this.#options.log.read(this.#image.end, {
        end: this.#target,
        bytesMax: READ_BYTES,
        atLeastOne: true,
      });
      if (!(run instanceof Promise)) {
        if (!this.#apply(run)) return;
        continue;
      }
      this.#reading = true;
      const generation = this.#generation;
      run.then(
        (batches) => {
          if (generation !== this.#generation) return;
          this.#reading = false;
          if (this.#apply(batches)) this.#read();
        },
        (error: unknown) => {
          if (generation === this.#generation) this.#options.fatal(`the metadata log cannot be read: ${String(error)}`);
        },
      );
      return;
    }
  }

  /** False when there was nothing to apply (the log is behind what is known to be committed). */
  #apply(run: BatchRun): boolean {
    const bytes = run.buffers.length === 1 ? run.buffers[0] : Buffer.concat(run.buffers);
    if (bytes === undefined || run.positions.length === 0) return false;
    let at = 0;
    for (const position of run.positions) {
      this.#applyBatch(bytes.subarray(at, at + position.bytes));
      at += position.bytes;
    }
    this.#appliedBytes += run.bytes;
    run.release();
    this.#options.onImage(this.#image);
    return true;
  }

  #applyBatch(batch: Uint8Array): void {
    const control = controlOf(batch);
    const read = readRecords(batch, refuseCompressed, batch.length);
    if (read.kind === 'refused') this.#options.fatal(`a metadata batch cannot be read: ${read.detail}`);
    const { header } = read;
    const end = toOffset(header.baseOffset + header.lastOffsetDelta + 1);
    const inTerm = toTerm(header.term);
    if (control?.kind === 'voters') this.#voters = control.voters;
    if (header.control) {
      this.#image = withPosition(this.#image, end, inTerm);
      return;
    }
    const records: MetadataRecord[] = read.records.map(({ value, offset }) => {
      const decoded =
        value === null ? { kind: 'invalid' as const, reason: 'a record without a value' } : decodeRecord(value);
      if (decoded.kind === 'invalid') this.#options.fatal(`metadata record ${offset}: ${decoded.reason}`);
      return decoded.record;
    });
    this.#image = applyRecords(this.#image, records, toOffset(header.baseOffset), inTerm);
  }
}
