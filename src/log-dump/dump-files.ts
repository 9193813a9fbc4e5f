/**
 * `flotilla log dump FILE…`: what the files of a data directory hold, for people who look for what went wrong.
 *
 *   path ─name─▶ kind ─▶ facts, one a line ─▶ text or JSON lines
 *
 * Reads only, and needs no running node; a file that is being written may end in a cut batch. Kafka's own files of the
 * same formats can be read too. Damage is told with file and byte position, and the other files are still read.
 */
import { ByteSource } from './byte-source.ts';
import type { DumpDisk } from './byte-source.ts';
import { printLine } from './fact.ts';
import type { DumpOutput, Tell } from './fact.ts';
import { baseOffsetOf, decoderOf, fileKindOf, KNOWN_NAMES } from './file-kind.ts';
import type { FileKind, RecordDecoder } from './file-kind.ts';
import { damageOf, dumpCheckpoint, dumpOffsetIndex, dumpTimeIndex, dumpTransactionIndex } from './index-dump.ts';
import { dumpJournal } from './journal-dump.ts';
import { SegmentDump } from './segment-dump.ts';
import { dumpMetadataSnapshot, dumpProducerSnapshot } from './snapshot-dump.ts';

/** The input was damaged, missing, or of no known kind (sysexits: EX_DATAERR). */
const BAD_DATA = 65;

export interface DumpOptions {
  readonly output: DumpOutput;
  /** Every record of each batch, decompressed; the state of metadata snapshots. */
  readonly records: boolean;
  readonly disk: DumpDisk;
  /** How keys and values are shown; default: as the name of each file's directory tells. */
  readonly decoder?: RecordDecoder;
}

async function dumpFile(path: string, kind: FileKind, options: DumpOptions, tell: Tell): Promise<void> {
  const { disk, records } = options;
  const source = await ByteSource.open(disk, path);
  try {
    tell({ kind: 'file', type: kind, size: source.size });
    switch (kind) {
      case 'segment': {
        const decoder = options.decoder ?? decoderOf(path);
        // A Kafka metadata checkpoint counts its own records from 0, whatever its name says.
        const baseOffset = path.endsWith('.checkpoint') ? 0 : baseOffsetOf(path);
        return await new SegmentDump(source, { records, decoder, baseOffset }, tell).run();
      }
      case 'offset-index':
        return await dumpOffsetIndex(disk, path, await source.all(), tell);
      case 'time-index':
        return dumpTimeIndex(path, await source.all(), tell);
      case 'transaction-index':
        return dumpTransactionIndex(await source.all(), tell);
      case 'term-checkpoint':
      case 'offset-checkpoint':
        return dumpCheckpoint(path, await source.all(), tell);
      case 'producer-snapshot':
        return dumpProducerSnapshot(await source.all(), tell);
      case 'metadata-snapshot':
        return dumpMetadataSnapshot(await source.all(), records, tell);
      case 'journal':
        return dumpJournal(path, await source.all(), tell);
    }
  } finally {
    await source.close();
  }
}

/**
 * Dumps `paths` in order; `write` gets whole lines with their ends.
 *
 * @returns the exit code: 0, or 65 when a file was damaged, missing, or of no kind known here
 */
export async function dumpFiles(
  paths: readonly string[],
  options: DumpOptions,
  write: (text: string) => void,
): Promise<number> {
  let exitCode = 0;
  for (const path of paths) {
    const tell: Tell = (line) => {
      if (line.kind === 'damage') exitCode = BAD_DATA;
      write(`${printLine(options.output, path, line)}\n`);
    };
    const kind = fileKindOf(path);
    if (kind === null) {
      tell({ kind: 'damage', position: null, reason: `not a file of a log directory; known are ${KNOWN_NAMES}` });
      continue;
    }
    try {
      await dumpFile(path, kind, options, tell);
    } catch (error) {
      tell(damageOf(error));
    }
  }
  return exitCode;
}
