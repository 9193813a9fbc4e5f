/** The face of the journal's format: for tools that read journal files. */
export { JOURNAL_HEADER_BYTES, saltOfJournal } from './journal-file.ts';
export { compareGenerations, readJournalFile } from './journal-replay.ts';
export type { PlacedRecord } from './journal-replay.ts';
export { decodeRecord } from './journal-record.ts';
export type { Generation, JournalRecord } from './journal-record.ts';
