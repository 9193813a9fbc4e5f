/**
 * One node as a child process, and what it tells over IPC.
 *
 *   spawn ──▶ starting ──`ready`──▶ serving ──▶ gone         starting ──`refused` or exit──▶ gone
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import type { LocalCluster, LocalNode } from '../local-cluster.ts';
import { nodeArguments, nodeEnvironment } from './cluster-plan.ts';

export type NodeReport =
  | {
      readonly kind: 'ready';
      readonly clusterId: string;
      readonly controller: number | null;
      readonly kafkaPort: number;
      readonly adminPort: number;
    }
  | { readonly kind: 'refused'; readonly exitCode: number; readonly message: string; readonly next: string }
  | {
      readonly kind: 'log';
      readonly level: string;
      readonly message: string;
      readonly fields: Readonly<Record<string, unknown>>;
    };

export interface NodeExit {
  readonly code: number | null;
  readonly signal: string | null;
}

export interface ChildEvents {
  readonly onReport: (report: NodeReport) => void;
  readonly onExit: (exit: NodeExit) => void;
}

/** Beside the CLI in the bundle; in the compiled tree, the entry that the bundle is made from. */
export function nodeScript(): string {
  const bundled = join(import.meta.dirname, 'node.js');
  return existsSync(bundled) ? bundled : join(import.meta.dirname, '../../node-main.js');
}

/** Tells a node to stop in order with the whole cluster: without moving leaderships to nodes that stop as well. */
export const STOP_ALL = 'SIGUSR2';

/** Where a node of `dataDir`'s cluster logs. */
export function logFileOf(dataDir: string, id: number): string {
  return join(dataDir, 'logs', `node-${id}.log`);
}

export interface SpawnOptions {
  /** It lives on when this process ends. */
  readonly detached: boolean;
}

export class ChildNode {
  readonly id: number;
  readonly #child: ChildProcess;
  #gone = false;

  constructor(dataDir: string, cluster: LocalCluster, node: LocalNode, events: ChildEvents, options: SpawnOptions) {
    this.id = node.id;
    mkdirSync(join(dataDir, 'logs'), { recursive: true });
    const log = openSync(logFileOf(dataDir, node.id), 'a');
    this.#child = spawn(
      process.execPath,
      [nodeScript(), ...nodeArguments(cluster, node), ...(options.detached ? ['--stay'] : [])],
      {
        stdio: ['ignore', log, log, 'ipc'],
        env: nodeEnvironment(process.env),
        detached: options.detached,
      },
    );
    closeSync(log);
    this.#child.on('message', (message) => events.onReport(message as NodeReport));
    this.#child.on('exit', (code, signal) => {
      this.#gone = true;
      events.onExit({ code, signal });
    });
    this.#child.on('error', () => undefined);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get gone(): boolean {
    return this.#gone;
  }

  /** In order, with the whole cluster, or at once. */
  end(how: typeof STOP_ALL | 'SIGKILL'): void {
    if (!this.#gone) this.#child.kill(how);
  }

  /** Lets it live on without this process. */
  release(): void {
    this.#child.disconnect();
    this.#child.unref();
  }
}
