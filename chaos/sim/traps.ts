/**
 * No way out of virtual time: while an event of a world is being delivered, promise jobs included, whoever reaches for a real
 * clock, timer, chance, file or socket gets an error instead, and the run fails even if nobody sees that error.
 *
 * ```
 *  event ─▶ armed ─▶ callback, promise jobs ─▶ disarmed ─▶ (the test runner may do what it likes) ─▶ event …
 * ```
 * The linter keeps the product from all this by name; this keeps libraries and dynamic code from it, too. The traps are put in
 * place with the first world and stay: not armed they pass everything on. What a world itself needs it took before.
 */
// oxlint-disable no-restricted-globals, no-restricted-imports -- what is trapped must be named
import crypto from 'node:crypto';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import net from 'node:net';
import { crc32c } from '../../storage/index.ts';

/** Something real was used in virtual time. */
export class TrapError extends Error {
  override readonly name = 'TrapError';
}

const TIMERS = ['setTimeout', 'setInterval', 'setImmediate'] as const;
const CHANCE = ['randomBytes', 'randomFill', 'randomFillSync', 'randomInt', 'randomUUID'] as const;
const SOCKETS = ['connect', 'createConnection', 'createServer'] as const;

/** One for the process, as what is trapped is, however often this module is loaded there. */
interface Traps {
  /** Who is told when one is sprung; null: not armed. */
  hunter: ((error: TrapError) => void) | null;
  /** What stands in the place of `process.nextTick`; null: no traps are set yet. */
  guard: unknown;
  /** The real ones, for who delivers the events. */
  readonly nextTick: (callback: () => void) => void;
  readonly nextTurn: (callback: () => void) => void;
}

const PLACE = Symbol.for('flotilla.traps');

function trapsOfProcess(): Traps {
  const found = Reflect.get(globalThis, PLACE) as Traps | undefined;
  if (found !== undefined) return found;
  const made = { hunter: null, guard: null, nextTick: process.nextTick.bind(process), nextTurn: setImmediate };
  Reflect.set(globalThis, PLACE, made);
  return made;
}

const traps = trapsOfProcess();

/** Calls back after all promise jobs, and in the next turn of the real event loop; armed or not. */
export const { nextTick, nextTurn } = traps;

/** From now on, until {@link disarmTraps}, each use of the real world fails, and is told to `onSprung`. */
export function armTraps(onSprung: (error: TrapError) => void): void {
  if (traps.guard === null) setTraps();
  // Test runners put the real one back between two files.
  if (traps.guard !== process.nextTick) setTick();
  traps.hunter = onSprung;
}

export function disarmTraps(): void {
  traps.hunter = null;
}

function setTraps(): void {
  setTick();
  // What is loaded by its first use is loaded now: loading reads files.
  crc32c(new Uint8Array(1));
  trap(globalThis, '', TIMERS);
  trap(performance, 'performance.', ['now']);
  trap(Math, 'Math.', ['random']);
  trap(globalThis.crypto, 'crypto.', ['getRandomValues', 'randomUUID']);
  trap(process, 'process.', ['hrtime']);
  trap(crypto, 'node:crypto ', CHANCE);
  trap(fs, 'node:fs ', functionsOf(fs));
  trap(fs.promises, 'node:fs/promises ', functionsOf(fs.promises));
  trap(net, 'node:net ', SOCKETS);
  trap(Date, 'Date.', ['now']);
  globalThis.Date = new Proxy(Date, {
    // Of a given instant it is arithmetic; without one it is the present.
    construct: (target, parameters: unknown[], self) => {
      if (parameters.length === 0) spring('new Date()');
      return Reflect.construct(target, parameters, self) as object;
    },
    apply: (target, self, parameters: unknown[]) => {
      spring('Date()');
      return Reflect.apply(target as never, self, parameters);
    },
  });
  syncBuiltinESMExports();
}

function setTick(): void {
  trap(process, 'process.', ['nextTick']);
  traps.guard = process.nextTick;
}

/** Functions of a module that are called by name: no classes. */
function functionsOf(target: object): readonly string[] {
  return Object.entries(target)
    .filter(([name, value]) => typeof value === 'function' && /^[a-z]/.test(name))
    .map(([name]) => name);
}

function trap(owner: object, prefix: string, names: readonly string[]): void {
  for (const name of names) {
    const real: unknown = Reflect.get(owner, name);
    if (typeof real !== 'function') continue;
    const guarded = new Proxy(real, {
      apply: (target, self, parameters: unknown[]) => {
        spring(`${prefix}${name}()`);
        return Reflect.apply(target as never, self, parameters);
      },
    });
    Object.defineProperty(owner, name, { value: guarded, configurable: true, enumerable: true, writable: true });
  }
}

const STACK_LINES = 20;

/** node:zlib lets go of a stream that was damaged in a tick: what was asked has been answered, and nobody listens to that stream. */
function isOfZlib(what: string): boolean {
  if (what !== 'process.nextTick()') return false;
  const lines = Error.stackTraceLimit;
  Error.stackTraceLimit = STACK_LINES;
  const { stack = '' } = new Error(what);
  Error.stackTraceLimit = lines;
  return stack.includes('processChunkSync (node:zlib');
}

/** Fails when armed. */
function spring(what: string): void {
  if (traps.hunter === null || isOfZlib(what)) return;
  const error = new TrapError(`${what} inside the simulated world; there are ports for it`);
  traps.hunter(error);
  throw error;
}
