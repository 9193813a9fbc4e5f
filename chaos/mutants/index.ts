/** The face of the planted bugs: which there are, and the run that must catch them. */
export { packageRoot, readMutants } from './mutant.ts';
export type { Hint, Mutant } from './mutant.ts';
export { canaries, chooseMutants, mutants } from './run-mutants.ts';
export type { MutantResult, MutantsOptions } from './run-mutants.ts';
