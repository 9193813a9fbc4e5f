/** The real log: lines wait for winston, carry their fields, and can not be forged from outside. */
import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { formatLogLine } from '../../src/runtime/log-line.ts';
import { NodeLog } from '../../src/runtime/node-log.ts';
import type { NodeLogOptions } from '../../src/runtime/node-log.ts';

function open(options: Pick<NodeLogOptions, 'level' | 'format'>) {
  const written: string[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      written.push(chunk.toString());
      done();
    },
  });
  const log = NodeLog.open({ ...options, stream });
  return { log, text: () => written.join('') };
}

test('lines wait until winston is loaded, then come in order as JSON with the fields of their sink', async () => {
  const { log, text } = open({ level: 'info', format: 'auto' });
  const child = log.child({ node: 1 });
  child.log('info', 'first', { topic: 'orders' });
  log.log('debug', 'not this one');
  expect(text()).toBe('');
  await log.load();
  child.log('warn', 'second', { node: 2, lag: null });
  const lines = text().trimEnd().split('\n');
  const [first, second] = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(lines.length).toBe(2);
  expect(first).toMatchObject({ level: 'info', message: 'first', node: 1, topic: 'orders' });
  expect(second).toMatchObject({ level: 'warn', message: 'second', node: 2, lag: null });
  expect(Number.isNaN(Date.parse(String(first?.['time'])))).toBe(false);
});

test('the last words of a process that ends before winston is loaded are written at once', () => {
  const { log, text } = open({ level: 'error', format: 'human' });
  log.log('error', 'data directory is locked', { path: '/data' });
  log.flush();
  expect(text()).toMatch(/^\d\d:\d\d:\d\d\.\d{3} ERROR data directory is locked {2}path=\/data\n$/);
});

test('a log that cannot load winston writes its lines without it, those that waited first', async () => {
  const { log, text } = open({ level: 'info', format: 'json' });
  log.log('info', 'waited');
  await log.load(() => Promise.reject(new Error('EMFILE: too many open files')));
  log.log('info', 'came later');
  const lines = text()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { readonly message: string; readonly error?: string });
  expect(lines.map(({ message }) => message)).toEqual([
    'waited',
    expect.stringContaining('winston cannot be loaded'),
    'came later',
  ]);
  expect(lines[1]?.error).toContain('EMFILE');
});

test('values from outside can neither start a line nor reach the terminal', () => {
  const fields = { client: 'x\n{"level":"error"}\u001b[2J\u009b2J', name: 'plain-1', count: 3, level: 'forged' };
  for (const format of ['human', 'json'] as const) {
    const line = formatLogLine({ time: 0, level: 'info', message: 'hello', fields }, format, false);
    expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
  }
  const json = formatLogLine({ time: 0, level: 'info', message: 'hello', fields }, 'json', false);
  expect(JSON.parse(json)).toMatchObject({ level: 'info', client: fields.client, count: 3 });
});

test('colour is for terminals only', () => {
  const line = { time: 0, level: 'warn', message: 'm', fields: {} } as const;
  expect(formatLogLine(line, 'human', true)).toContain('\u001b[33mWARN ');
  expect(formatLogLine(line, 'human', false)).toBe('00:00:00.000 WARN  m');
});
