/** The library's face: `import … from 'flotilla'`. */
export type * from './ports/index.ts';
export { VERSION } from './version.ts';
