/**
 * What `up` leaves for later commands: a cluster file in its data directory, and a pointer to that for the folder in
 * which it was started.
 *
 *   <data>/cluster.json                          nodes, ports, settings; pids and ids of the last start
 *   ~/.flotilla/started/<folder, hash>          path of the data directory (FLOTILLA_HOME instead of ~/.flotilla)
 *
 * A second `up` on the directory takes nodes and ports from there. Commands look for the folder and those above it.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { CliError, EXIT } from './exit-code.ts';

export interface LocalNode {
  readonly id: number;
  readonly kafkaPort: number;
  readonly peerPort: number;
  readonly adminPort: number;
  readonly dataDir: string;
  /** Of its last start; null: it was not started yet, or ended in order. */
  readonly process: StartedProcess | null;
}

/** A process, told apart from a later one with the same id. */
export interface StartedProcess {
  readonly pid: number;
  /** When it began, as the kernel counts; empty where that cannot be read. */
  readonly began: string;
}

export interface LocalCluster {
  readonly version: 1;
  readonly host: string;
  /** Null until it is ready for the first time. */
  readonly clusterId: string | null;
  /** `key=value` settings given to all nodes. */
  readonly settings: readonly string[];
  readonly nodes: readonly LocalNode[];
  /** Process of `up`; null: ended in order. */
  readonly supervisor: StartedProcess | null;
  /** Delete everything at the end. */
  readonly temporary: boolean;
}

function clusterFile(dataDir: string): string {
  return join(dataDir, 'cluster.json');
}

function pointerFile(folder: string): string {
  const home = process.env['FLOTILLA_HOME'] ?? join(homedir(), '.flotilla');
  return join(home, 'started', `${basename(folder)}-${folderHash(folder)}`);
}

/** FNV-1a, twice: names a file, no more. */
function folderHash(folder: string): string {
  const hash = (seed: number): string => {
    let state = seed;
    for (const byte of Buffer.from(folder)) state = Math.imul(state ^ byte, 0x0100_0193) >>> 0;
    return state.toString(16).padStart(8, '0');
  };
  return hash(0x811c_9dc5) + hash(0x1234_5678);
}

function writeWhole(path: string, text: string): void {
  const temporary = `${path}.${process.pid}`;
  writeFileSync(temporary, text);
  renameSync(temporary, path);
}

/** Null: there is none. Refuses a file that is none of ours. */
export function readLocalCluster(dataDir: string): LocalCluster | null {
  const path = clusterFile(dataDir);
  if (!existsSync(path)) return null;
  let value: Partial<LocalCluster> | null = null;
  try {
    value = JSON.parse(readFileSync(path, 'utf8')) as Partial<LocalCluster> | null;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  if (value?.version !== 1 || !Array.isArray(value.nodes) || !Array.isArray(value.settings)) {
    throw new CliError(
      EXIT.config,
      `${path} is not a cluster file of this version`,
      'name another directory with --data, or move this one away',
    );
  }
  return value as LocalCluster;
}

export function writeLocalCluster(dataDir: string, cluster: LocalCluster): void {
  mkdirSync(dataDir, { recursive: true });
  writeWhole(clusterFile(dataDir), `${JSON.stringify(cluster, null, 2)}\n`);
}

/** Replaces some members of what is written now. */
export function updateLocalCluster(dataDir: string, change: (cluster: LocalCluster) => LocalCluster): void {
  const cluster = readLocalCluster(dataDir);
  if (cluster !== null) writeLocalCluster(dataDir, change(cluster));
}

/**
 * Later commands in `folder`, and below it, mean the cluster in `dataDir`. A home that cannot be written is no trouble:
 * then --bootstrap it is.
 */
export function rememberStarted(folder: string, dataDir: string): void {
  const path = pointerFile(folder);
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeWhole(path, dataDir);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
  }
}

export interface FoundCluster {
  readonly dataDir: string;
  readonly cluster: LocalCluster;
}

/** The cluster that `up` last started in `folder` or above; null: none. */
export function findStarted(folder: string): FoundCluster | null {
  for (let at = resolve(folder); ; at = dirname(at)) {
    const path = pointerFile(at);
    const pointed = existsSync(path) ? [readFileSync(path, 'utf8').trim()] : [];
    for (const dataDir of [...pointed, join(at, 'flotilla-data')]) {
      const cluster = readLocalCluster(dataDir);
      if (cluster !== null) return { dataDir, cluster };
    }
    if (dirname(at) === at) return null;
  }
}

/** Field 22 of /proc/<pid>/stat, counted behind the name, which may hold anything. */
const BEGAN_AT = 19;

/** When the process began; '' where the kernel does not tell; null: there is no such process. */
function beganOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // Z: dead, and not yet reaped by its parent.
    return fields[0] === 'Z' ? null : (fields[BEGAN_AT] ?? '');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    return existsSync('/proc/self/stat') ? null : signalled(pid);
  }
}

function signalled(pid: number): string | null {
  try {
    process.kill(pid, 0);
    return '';
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    return null;
  }
}

/** The mark of a process that was just started. */
export function startedProcess(pid: number): StartedProcess {
  return { pid, began: beganOf(pid) ?? '' };
}

/** Is that very process still there? */
export function isAlive(started: StartedProcess | null): started is StartedProcess {
  if (started === null) return false;
  const began = beganOf(started.pid);
  return began !== null && (began === started.began || started.began === '');
}

export function kafkaAddress(cluster: LocalCluster, node: LocalNode): string {
  return `${cluster.host}:${node.kafkaPort}`;
}

export function adminAddress(cluster: LocalCluster, node: LocalNode): string {
  return `${cluster.host}:${node.adminPort}`;
}
