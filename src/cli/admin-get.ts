/** Asks admin servers with node:http, loaded when it is first needed. */
import type { AdminGet, AdminPost } from './admin-servers.ts';
import { CliError, EXIT } from './exit-code.ts';

const ANSWER_BYTES_MAX = 64 << 20;

interface AdminRequest {
  readonly method: 'GET' | 'POST';
  /** What an operator confirms by it; null: nothing need be confirmed. */
  readonly confirm: string | null;
}

/** @param timeoutMs for one answer */
export function adminGet(timeoutMs: number): AdminGet {
  return (address, path) => ask(address, path, { method: 'GET', confirm: null }, timeoutMs);
}

/** @param timeoutMs for one answer */
export function adminPost(timeoutMs: number): AdminPost {
  return (address, path, confirm) => ask(address, path, { method: 'POST', confirm }, timeoutMs);
}

async function ask(
  address: string,
  path: string,
  { method, confirm }: AdminRequest,
  timeoutMs: number,
): Promise<unknown> {
  const { request: open } = await import('node:http');
  return new Promise((resolve, reject) => {
    const unreachable = (why: string): void => {
      reject(
        new CliError(
          EXIT.unreachable,
          `the admin address ${address} cannot be reached: ${why}`,
          'is the node running? see `flotilla cluster status`',
        ),
      );
    };
    const headers = confirm === null ? {} : { 'flotilla-confirm': confirm };
    const request = open(
      `http://${address}${path}`,
      { method, headers, timeout: timeoutMs, agent: false },
      (response) => {
        const chunks: Buffer[] = [];
        let size = 0;
        response.on('data', (chunk: Buffer) => {
          size += chunk.length;
          if (size > ANSWER_BYTES_MAX) request.destroy(new Error('the answer is too long'));
          else chunks.push(chunk);
        });
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          const status = response.statusCode ?? 0;
          if (status === 200) {
            const value = parse(text);
            if (value === undefined)
              return reject(new CliError(EXIT.unreachable, `${address} is not an admin server of flotilla`));
            return resolve(value);
          }
          const exitCode = status === 404 || status === 409 ? EXIT.data : EXIT.temporary;
          reject(new CliError(exitCode, refusalText(text) ?? `${address}${path}: ${status} ${text.trim()}`));
        });
      },
    );
    // A command that has its answer from elsewhere ends; while it runs, something else keeps the process alive.
    request.on('socket', (socket) => socket.unref());
    request.on('timeout', () => request.destroy(new Error(`no answer within ${timeoutMs} ms`)));
    request.on('error', (error) => unreachable(error.message));
    request.end();
  });
}

/** Undefined: no JSON. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** The reason of a refusal in our own form. */
function refusalText(text: string): string | null {
  const value = parse(text);
  const isRefusal = typeof value === 'object' && value !== null && 'error' in value && typeof value.error === 'string';
  return isRefusal ? String(value.error) : null;
}
