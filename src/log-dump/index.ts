/** The face of `flotilla log dump`: reads the files of a data directory and says what is in them. */
export { dumpFiles } from './dump-files.ts';
export type { DumpOptions } from './dump-files.ts';
export type { DumpDisk } from './byte-source.ts';
export type { DumpOutput } from './fact.ts';
export type { RecordDecoder } from './file-kind.ts';
