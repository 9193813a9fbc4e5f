/** All targets of the fuzzer, by name: a new one is a line here, and is then part of every run, the short one of `npm test` too. */
import { batches } from './batches.ts';
import { coordinatorLogs } from './coordinator-logs.ts';
import { files } from './files.ts';
import { data, requests, responses } from './messages.ts';
import { sessions } from './sessions.ts';
import type { Target } from './target.ts';

export const TARGETS: readonly Target[] = [requests, responses, data, batches, files, coordinatorLogs, sessions];

export function targetNamed(name: string): Target | null {
  return TARGETS.find((target) => target.name === name) ?? null;
}
