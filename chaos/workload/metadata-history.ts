/**
 * What was asked of topics, and what came of it, in the order of calling: for `checkers/linearizability.ts` (R11).
 */
import type { MetadataInput, MetadataOperation, MetadataOutput } from '../checkers/operation.ts';

export class MetadataHistory {
  readonly #operations: (MetadataOperation & { output: MetadataOutput | null; returnedAt: number | null })[] = [];
  /** Operations whose outcome nobody knows, so far. */
  unknown = 0;

  /**
   * Something is about to be asked; what it answers is told by the result: null, nobody knows. A read of which nobody
   * knows is forgotten.
   */
  call(
    process: string,
    key: string,
    input: MetadataInput,
    now: () => number,
  ): (output: MetadataOutput | null, session?: string | null) => void {
    const entry = { process, key, input, output: null, calledAt: now(), returnedAt: null };
    const at = this.#operations.push(entry) - 1;
    this.unknown += 1;
    return (output, session = null) => {
      if (output === null) return;
      this.unknown -= 1;
      const asked = input.kind === 'describe' || input.kind === 'describe-config' ? { ...input, session } : input;
      this.#operations[at] = { ...entry, input: asked, output, returnedAt: now() };
    };
  }

  get size(): number {
    return this.#operations.length;
  }

  /** All of them, in the order of calling. */
  operations(): readonly MetadataOperation[] {
    return this.#operations;
  }
}
