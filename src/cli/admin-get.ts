/** Asks admin servers with node:http, loaded when it is first needed. */
import type { AdminGet } from './cluster-access.ts';
import { CliError, EXIT } from './exit-code.ts';

const ANSWER_BYTES_MAX = 64 << 20;

/** @param timeoutMs for one answer */
export function adminGet(timeoutMs: number): AdminGet {
  return async (address, path) => {
    const { get } = await import('node:http');
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
      const request = get(`http://${address}${path}`, { timeout: timeoutMs, agent: false }, (response) => {
        const chunks: Buffer[] = [];
        let size = 0;
        response.on('data', (chunk: Buffer) => {
          size += chunk.length;
          if (size > ANSWER_BYTES_MAX) request.destroy(new Error('the answer is too long'));
          else chunks.push(chunk);
        });
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          if (response.statusCode === 200) return resolve(parse(text, address));
          reject(
            new CliError(
              response.statusCode === 404 ? EXIT.data : EXIT.temporary,
              `${address}${path}: ${response.statusCode ?? 0} ${text.trim()}`,
            ),
          );
        });
      });
      request.on('timeout', () => request.destroy(new Error(`no answer within ${timeoutMs} ms`)));
      request.on('error', (error) => unreachable(error.message));
    });
  };
}

function parse(text: string, address: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new CliError(EXIT.unreachable, `${address} is not an admin server of flotilla`, '', { cause: error });
  }
}
