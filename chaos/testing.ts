/** The simulated world for users' own tests: `import … from 'flotilla/testing'`. */
export * from './sim/index.ts';
