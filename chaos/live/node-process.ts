/**
 * One node as a real process, life after life, and the signals that hurt it.
 *
 * ```
 *  down ──start──▶ starting ──`ready`──▶ ready ──kill, stop, its own end──▶ down        paused: SIGSTOP, until SIGCONT
 * ```
 * The process ends with the harness: it has an IPC channel, and shuts down when that is closed.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';

export interface LifeEnd {
  readonly code: number | null;
  readonly signal: string | null;
  /** What it said before, when it refused to go on. */
  readonly refusal: string | null;
  /** This harness sent the signal that ended it. */
  readonly asked: boolean;
}

export interface NodeProcessOptions {
  readonly number: number;
  readonly program: string;
  /** Of each life; may differ. */
  readonly parameters: () => readonly string[];
  /** How many file handles the next life may have; null: as many as this process. */
  readonly handles: () => number | null;
  readonly logFile: string;
  /** Called once for each life. */
  readonly onEnd: (end: LifeEnd) => void;
}

export class NodeProcess {
  readonly #options: NodeProcessOptions;
  #child: ChildProcess | null = null;
  #ready = false;
  #paused = false;
  #asked = false;
  #refusal: string | null = null;
  #gone: Promise<void> = Promise.resolve();
  /** Lives begun. */
  lives = 0;

  constructor(options: NodeProcessOptions) {
    this.#options = options;
  }

  get number(): number {
    return this.#options.number;
  }

  get running(): boolean {
    return this.#child !== null;
  }

  get ready(): boolean {
    return this.#ready;
  }

  get paused(): boolean {
    return this.#paused;
  }

  get logFile(): string {
    return this.#options.logFile;
  }

  /** Resolves when no process is there. */
  get gone(): Promise<void> {
    return this.#gone;
  }

  start(): void {
    if (this.#child !== null) return;
    const { program, parameters, handles, logFile, onEnd } = this.#options;
    mkdirSync(dirname(logFile), { recursive: true });
    const log = openSync(logFile, 'a');
    const [command, ...words] = limited(handles(), [process.execPath, program, ...parameters()]);
    const child = spawn(command, words, {
      stdio: ['ignore', log, log, 'ipc'],
      env: withoutOurs(process.env),
    });
    closeSync(log);
    this.lives += 1;
    this.#child = child;
    this.#ready = false;
    this.#paused = false;
    this.#asked = false;
    this.#refusal = null;
    child.on('message', (message: { readonly kind: string; readonly message?: string }) => {
      if (this.#child !== child) return;
      if (message.kind === 'ready') this.#ready = true;
      if (message.kind === 'refused') this.#refusal = message.message ?? '';
    });
    child.on('error', () => undefined);
    this.#gone = new Promise((resolve) => {
      child.on('exit', (code, signal) => {
        const end = { code, signal, refusal: this.#refusal, asked: this.#asked };
        this.#child = null;
        this.#ready = false;
        this.#paused = false;
        onEnd(end);
        resolve();
      });
    });
  }

  /** kill -9; resolves when the process is gone. */
  kill(): Promise<void> {
    this.#asked = true;
    this.#child?.kill('SIGKILL');
    return this.#gone;
  }

  /** In order: alone, or with the whole cluster. Resolves when the process is gone. */
  stop(how: 'SIGTERM' | 'SIGUSR2' = 'SIGTERM'): Promise<void> {
    this.#asked = true;
    this.#child?.kill(how);
    return this.#gone;
  }

  pause(): void {
    if (this.#child?.kill('SIGSTOP') === true) this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#child?.kill('SIGCONT');
  }

  /** To the process, over IPC. */
  send(message: object): void {
    if (this.#child?.connected === true) this.#child.send(message, () => undefined);
  }
}

/** The command under a limit of handles; the shell gives its place to it. */
function limited(handles: number | null, words: readonly [string, ...string[]]): readonly [string, ...string[]] {
  return handles === null ? words : ['/bin/sh', '-c', `ulimit -n ${handles}; exec "$0" "$@"`, ...words];
}

/** FLOTILLA_* variables of who runs this are not for its nodes. */
function withoutOurs(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith('FLOTILLA_')));
}
