/** The wire tool keeps every digit, and answers bad lines by name and number. */
import { expect, test } from 'vitest';
import { WireTool } from '../../src/wire/tool.ts';

const line = (fields: object): string =>
  JSON.stringify({ api: 'ListTransactions', type: 'request', version: 1, ...fields });

test('an int64 beyond 2^53 goes through both ways digit for digit', () => {
  const tool = new WireTool();
  const text =
    '{"api":"EndTxn","type":"request","version":0,"json":{"transactionalId":"x","producerId":9223372036854775807,"producerEpoch":1,"committed":true}}';
  const encoded = tool.encodeLine(text, 1);
  expect(encoded).toContain('"hex":"0001787fffffffffffffff000101"');
  expect(
    tool.decodeLine('{"api":"EndTxn","type":"request","version":0,"hex":"0001787fffffffffffffff000101"}', 1),
  ).toContain('"producerId":9223372036854775807');
});

test.each([
  [
    'ListOffsets',
    1,
    '{"replicaId":-1,"topics":[{"name":"t","partitions":[{"partitionIndex":0,"timestamp":9223372036854775807}]}]}',
  ],
  [
    'DeleteRecords',
    1,
    '{"topics":[{"name":"t","partitions":[{"partitionIndex":0,"offset":-9223372036854775808}]}],"timeoutMs":1}',
  ],
])('%s with the ends of int64 goes there and back digit for digit', (api, version, json) => {
  const tool = new WireTool();
  const encoded = tool.encodeLine(`{"api":"${api}","type":"request","version":${version},"json":${json}}`, 1);
  const { hex } = JSON.parse(encoded) as { readonly hex: string };
  const decoded = tool.decodeLine(`{"api":"${api}","type":"request","version":${version},"hex":"${hex}"}`, 1);
  expect(decoded).toContain(`"json":${json}`);
});

test('the answer names key, flexibility and header version, and passes other members on', () => {
  const answer: unknown = JSON.parse(
    new WireTool().decodeLine('{"api":"Heartbeat","type":"response","version":0,"hex":"0000","note":"n"}', 1),
  );
  expect(answer).toEqual({
    api: 'Heartbeat',
    type: 'response',
    version: 0,
    note: 'n',
    key: 12,
    flexible: false,
    headerVersion: 0,
    json: { errorCode: 0 },
    hex: '0000',
  });
});

test.each([
  ['not JSON', 'nonsense'],
  ['a line wants a JSON object', '[1]'],
  ['no message "Nope"', '{"api":"Nope","type":"request","version":0,"hex":""}'],
  ['`version` wants', line({ version: 'x', hex: '' })],
  ['`hex` wants', line({ hex: 'abc' })],
  ['versions 0 to 2', line({ version: 7, hex: '' })],
  ['needs 1 bytes', line({ hex: '' })],
])('decoding answers a bad line with %s and its number', (error, text) => {
  const answer = JSON.parse(new WireTool().decodeLine(text, 17)) as { readonly error: string; readonly line: number };
  expect(answer).toEqual({ error: expect.stringContaining(error) as string, line: 17 });
});

test.each([
  ['`json` is missing', {}],
  ['no such field', { json: { nope: 1 } }],
  ['this version has no such field', { version: 0, json: { durationFilter: 1 } }],
  ['wants an array', { json: { stateFilters: 'x' } }],
  ['wants an int64', { json: { durationFilter: 'x' } }],
  ['is no struct', { json: {}, unknownTags: [{ at: '/stateFilters', tag: 1, data: '' }] }],
])('encoding answers a bad line with %s', (error, fields) => {
  expect(new WireTool().encodeLine(line(fields), 3)).toContain(error);
});
