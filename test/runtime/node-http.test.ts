/** The real HttpPort: on loopback, asked with node:http. */
import { get } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import type { HttpListener, HttpRequest } from '../../src/admin/index.ts';
import { ListenError } from '../../src/ports/index.ts';
import { NodeHttp } from '../../src/runtime/index.ts';

let listener: HttpListener | null = null;
afterEach(async () => {
  await listener?.close();
  listener = null;
});

function ask(port: number, path: string): Promise<{ readonly status: number | undefined; readonly body: string }> {
  return new Promise((resolve, reject) => {
    get({ port, path, host: '127.0.0.1', agent: false }, (response) => {
      let body = '';
      response.on('data', (chunk: Buffer) => (body += chunk.toString()));
      response.on('end', () => resolve({ status: response.statusCode, body }));
    }).on('error', reject);
  });
}

describe('NodeHttp', () => {
  it('loads node:http at the first connection and answers it and the next one', async () => {
    const asked: HttpRequest[] = [];
    listener = await new NodeHttp().listen('127.0.0.1', 0, (request) => {
      asked.push(request);
      return { status: 404, contentType: 'text/plain', body: 'nö\n' };
    });
    expect(await ask(listener.port, '/a?b')).toEqual({ status: 404, body: 'nö\n' });
    expect(await ask(listener.port, '/c')).toEqual({ status: 404, body: 'nö\n' });
    expect(asked).toEqual([
      { method: 'GET', target: '/a?b', confirm: null },
      { method: 'GET', target: '/c', confirm: null },
    ]);
  });

  it('a port in use is refused with its address', async () => {
    listener = await new NodeHttp().listen('127.0.0.1', 0, () => ({
      status: 200,
      contentType: 'text/plain',
      body: '',
    }));
    const again = new NodeHttp().listen('127.0.0.1', listener.port, () => ({
      status: 200,
      contentType: 'a/b',
      body: '',
    }));
    await expect(again).rejects.toMatchObject({ kind: 'in-use', address: `127.0.0.1:${listener.port}` });
    await expect(again).rejects.toBeInstanceOf(ListenError);
  });

  it('close ends idle connections and frees the port', async () => {
    const first = await new NodeHttp().listen('127.0.0.1', 0, () => ({ status: 200, contentType: 'a/b', body: '' }));
    await ask(first.port, '/');
    await first.close();
    listener = await new NodeHttp().listen('127.0.0.1', first.port, () => ({
      status: 200,
      contentType: 'a/b',
      body: 'x',
    }));
    expect((await ask(first.port, '/')).body).toBe('x');
  });
});
