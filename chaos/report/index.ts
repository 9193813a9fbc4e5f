/** The face of reports: what a run looked like. */
export { pageOf } from './page.ts';
export type { Picture } from './picture.ts';
export { Recorder } from './recorder.ts';
