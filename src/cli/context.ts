/**
 * What a command is given: the cluster, a place to write, and how to write. Tests give a canned one.
 */
import type { ClusterAccess } from './cluster-access.ts';
import type { Format, Shown } from './output.ts';
import { render } from './output.ts';

export interface CliContext {
  readonly access: ClusterAccess;
  readonly format: Format;
  /** Milliseconds for one call. */
  readonly timeoutMs: number;
  /** To standard output. */
  write(text: string): void;
  /** A line to standard error. */
  note(text: string): void;
  /** Calls back at the first Ctrl-C instead of ending. */
  onInterrupt(callback: () => void): void;
  /** Milliseconds since 1970. */
  now(): number;
}

/** Writes a result in the form that was asked for. */
export async function show(context: CliContext, shown: Shown): Promise<void> {
  context.write(await render(shown, context.format));
}
