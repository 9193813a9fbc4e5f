/**
 * Runs a bundle with what V8 kept of compiling it: a megabyte of source costs a start 25 ms, its cache 4.
 *
 * ```
 *  node.js (this) ─▶ node-HASH.js + node-HASH.js.VERSION.cache ─▶ run        no cache, or of another V8: compiled, and
 *  kept for the next start
 * ```
 * V8 knows a source by its length only, so the bundle's name carries a hash of it. The cache lies beside the code, where
 * whoever could write it could write the code; where this process may not, there is none.
 */
import { accessSync, closeSync, constants, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { Script } from 'node:vm';

/** The code that a start runs has been compiled by then, and no flag of V8 was changed. */
const KEEP_AFTER_MS = 100;

type Wrapped = (exports: object, require: NodeJS.Require, module: object, file: string, directory: string) => void;

export interface RanCode {
  readonly exports: unknown;
  /** A cache was there and good. */
  readonly cached: boolean;
}

/** Runs the CommonJS module at `path`, ASCII without a hashbang; `require` resolves for it. Throws what it throws. */
export function runCached(path: string, require: NodeJS.Require): RanCode {
  const source = readFileSync(path, 'latin1');
  const cachePath = `${path}.${process.version}-${process.arch}.cache`;
  const cachedData = readOrNull(cachePath);
  const wrapped = `(function(exports,require,module,__filename,__dirname){${source}\n})`;
  const script = new Script(wrapped, { filename: path, ...(cachedData === null ? {} : { cachedData }) });
  const cached = cachedData !== null && script.cachedDataRejected !== true;
  if (!cached) keepLater(script, cachePath);
  const module = { exports: {} };
  (script.runInThisContext() as Wrapped)(module.exports, require, module, path, dirname(path));
  return { exports: module.exports, cached };
}

function readOrNull(path: string): Buffer | null {
  try {
    return readFileSync(path);
  } catch {
    // None yet, or none that may be read.
    return null;
  }
}

/** Once: soon, or at the end of a process that is done before. */
function keepLater(script: Script, path: string): void {
  const keep = (): void => {
    clearTimeout(timer);
    process.off('exit', keep);
    keepCache(script, path);
  };
  const timer = setTimeout(keep, KEEP_AFTER_MS);
  timer.unref();
  process.on('exit', keep);
}

/** Whole or not at all: another process, or a crash, must not find half of it. */
function keepCache(script: Script, path: string): void {
  const made = `${path}.${process.pid}`;
  try {
    accessSync(dirname(path), constants.W_OK);
    const file = openSync(made, 'wx');
    try {
      writeSync(file, script.createCachedData());
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(made, path);
  } catch {
    // A directory that may not be written, a full disk: the next start compiles again.
  }
}
