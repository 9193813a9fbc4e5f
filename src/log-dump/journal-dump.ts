/**
 * A journal file: everything that the node promised to keep, in the order in which it did.
 *
 *   header with the directory's salt ─▶ records of one generation ─▶ the first byte that does not continue it
 *
 * What lies behind is of an earlier use of the file, or zeros; whether something is missing there only the directory's
 * checkpoint can tell, so it is no damage here.
 */
import { JOURNAL_HEADER_BYTES, readJournalFile, saltOfJournal } from '../../storage/journal/index.ts';
import type { JournalRecord } from '../../storage/journal/index.ts';
import type { DumpLine, Fact, Tell } from './fact.ts';
import { toFact } from './fact.ts';

export function dumpJournal(path: string, bytes: Buffer, tell: Tell): void {
  const salt = saltOfJournal(bytes);
  if (salt === null) {
    const reason = bytes.length < JOURNAL_HEADER_BYTES ? 'no room for the header' : 'not the header of a journal file';
    return tell({ kind: 'damage', position: 0, reason });
  }
  const { records, validBytes } = readJournalFile({ path, bytes }, salt);
  for (const { record, position } of records) tell(recordLine(record, position));
  tell({ kind: 'journal-end', position: validBytes, unused: bytes.length - validBytes });
}

function recordLine(record: JournalRecord, position: number): DumpLine {
  const { generation, operation } = record;
  return {
    kind: 'journal-record',
    position,
    size: record.length,
    sequence: record.sequence,
    synced: record.synced,
    life: generation.life,
    fileNumber: generation.file,
    group: record.group,
    log: record.log,
    end: record.end,
    ...(toFact(operationFacts(operation)) as { readonly [name: string]: Fact }),
  };
}

/** The operation's own facts, flat where they are one thing. */
function operationFacts(operation: JournalRecord['operation']): Readonly<Record<string, unknown>> {
  switch (operation.kind) {
    case 'append': {
      const { base, end, term, bytes } = operation.position;
      return { operation: 'append', baseOffset: base, endOffset: end, term, batchSize: bytes };
    }
    case 'hard-state':
      return { operation: 'hard-state', ...operation.hardState };
    case 'open-term':
      return { operation: 'open-term', term: operation.start.term, start: operation.start.start };
    case 'voters':
      return { operation: 'voters', baseOffset: operation.entry.base, voters: operation.entry.voters };
    case 'truncate':
    case 'log-start':
    case 'reset':
      return { operation: operation.kind, to: operation.to };
    case 'cut-done':
    case 'unsynced':
      return { operation: operation.kind };
  }
}
