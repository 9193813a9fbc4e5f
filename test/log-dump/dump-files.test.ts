/**
 * The dump against Kafka's own: each line of ours, put into the words of `DumpLogSegments`, is the line that Kafka printed.
 * Then damage of each sort, which is told with its place and makes the exit code 65.
 */
import { describe, expect, it } from 'vitest';
import { dumpFiles } from '../../src/log-dump/index.ts';
import type { DumpOptions } from '../../src/log-dump/index.ts';
import { diskOf, kafkaDumps, kafkaFiles } from './kafka-directory.ts';

type Line = Readonly<Record<string, unknown>>;

async function dump(
  files: ReadonlyMap<string, Uint8Array>,
  paths: readonly string[],
  options: Partial<DumpOptions> = {},
): Promise<{ readonly code: number; readonly lines: readonly Line[]; readonly text: string }> {
  let text = '';
  const code = await dumpFiles(paths, { output: 'jsonl', records: false, disk: diskOf(files), ...options }, (chunk) => {
    text += chunk;
  });
  const lines =
    (options.output ?? 'jsonl') === 'jsonl'
      ? text
          .trimEnd()
          .split('\n')
          .map((line) => JSON.parse(line) as Line)
      : [];
  return { code, lines, text };
}

const orMinusOne = (value: unknown): string => String(value ?? -1);

/** Our batch line as Kafka prints it. */
function kafkaBatch(line: Line): string {
  const last = line['lastSequence'];
  const time = line['timestampType'] === 'append' ? 'LogAppendTime' : 'CreateTime';
  const horizon =
    line['deleteHorizon'] === null ? 'OptionalLong.empty' : `OptionalLong[${String(line['deleteHorizon'])}]`;
  const facts: readonly (readonly [string, unknown])[] = [
    ['baseOffset', line['baseOffset']],
    ['lastOffset', line['lastOffset']],
    ['count', line['count']],
    ['baseSequence', orMinusOne(line['baseSequence'])],
    ['lastSequence', orMinusOne(last)],
    ['producerId', orMinusOne(line['producerId'])],
    ['producerEpoch', orMinusOne(line['producerEpoch'])],
    ['partitionLeaderEpoch', orMinusOne(line['term'])],
    ['isTransactional', line['isTransactional']],
    ['isControl', line['isControl']],
    ['deleteHorizonMs', horizon],
    ['position', line['position']],
    [time, orMinusOne(line['maxTimestamp'])],
    ['size', line['size']],
    ['magic', line['magic']],
    ['compresscodec', line['compression']],
    ['crc', line['crc']],
    ['isvalid', line['valid']],
  ];
  return facts.map(([name, value]) => `${name}: ${String(value)}`).join(' ');
}

/** Our record line as Kafka prints it, up to the header keys: what follows differs for control records and decoders. */
function kafkaRecord(line: Line, time: string): string {
  const headers = (line['headers'] as readonly (readonly [string])[]).map(([key]) => key).join(',');
  const sizes = `keySize: ${orMinusOne(line['keySize'])} valueSize: ${orMinusOne(line['valueSize'])}`;
  const sequence = `sequence: ${orMinusOne(line['sequence'])}`;
  return `| offset: ${String(line['offset'])} ${time}: ${orMinusOne(line['timestamp'])} ${sizes} ${sequence} headerKeys: [${headers}]`;
}

/** Our lines in Kafka's words; records end behind their header keys. */
function inKafkasWords(lines: readonly Line[]): readonly string[] {
  let time = 'CreateTime';
  return lines.flatMap((line) => {
    if (line['kind'] === 'batch') time = line['timestampType'] === 'append' ? 'LogAppendTime' : 'CreateTime';
    if (line['kind'] === 'batch') return [kafkaBatch(line)];
    return line['kind'] === 'record' ? [kafkaRecord(line, time)] : [];
  });
}

const pathsWith = (ending: string): readonly string[] => [...kafkaDumps.keys()].filter((path) => path.endsWith(ending));

describe('log dump of what Kafka wrote', () => {
  it.each([...pathsWith('.log'), ...pathsWith('.checkpoint')])('says of %s what Kafka says', async (path) => {
    const { code, lines } = await dump(kafkaFiles(), [path], { records: true });
    expect(code).toBe(0);
    const wanted = (kafkaDumps.get(path) ?? [])
      .filter((line) => /^(\| offset|baseOffset): /.test(line))
      .map((line) => line.replace(/( headerKeys: \[[^\]]*\]).*$/, '$1'));
    expect(inKafkasWords(lines)).toEqual(wanted);
  });

  it('shows keys and values as Kafka does, whatever their compression', async () => {
    for (const path of pathsWith('.log').filter((each) => each.includes('golden-'))) {
      const { lines } = await dump(kafkaFiles(), [path], { records: true });
      const texts = lines.filter(({ kind, control }) => kind === 'record' && control === undefined);
      const wanted = (kafkaDumps.get(path) ?? []).filter(
        (line) => line.startsWith('| ') && !line.includes('endTxnMarker'),
      );
      expect(texts.length).toBe(wanted.length);
      for (const [index, { key, value }] of texts.entries()) {
        if (typeof key === 'string') expect(wanted[index]).toContain(` key: ${key}`);
        if (typeof value === 'string') expect(wanted[index]).toContain(` payload: ${value}`);
      }
    }
  });

  it('reads committed offsets, groups and transactions', async () => {
    let decoded = 0;
    for (const path of pathsWith('.log').filter((each) => /__(consumer_offsets|transaction_state)/.test(each))) {
      const { lines } = await dump(kafkaFiles(), [path], { records: true });
      const records = lines.filter(({ kind }) => kind === 'record');
      const wanted = (kafkaDumps.get(path) ?? []).filter((line) => line.startsWith('| '));
      for (const [index, { key, value }] of records.entries()) {
        const match = / key: (\{.*\}) payload: (\{.*\}|<DELETE>)$/.exec(wanted[index] ?? '');
        if (match === null || typeof key !== 'object' || key === null || !('type' in key)) continue;
        const [, keyText = '', valueText = ''] = match;
        const theirKey = JSON.parse(keyText) as { readonly type: string; readonly data: unknown };
        expect(key).toEqual({ type: Number(theirKey.type), data: theirKey.data });
        const theirValue =
          valueText === '<DELETE>' ? null : (JSON.parse(valueText) as { version: string; data: object });
        if (theirValue !== null) {
          expect(value).toMatchObject({ version: Number(theirValue.version), data: withoutMembers(theirValue.data) });
        }
        decoded += 1;
      }
    }
    expect(decoded).toBeGreaterThan(12);
  });

  it.each([...pathsWith('.index'), ...pathsWith('.timeindex')])('says of %s what Kafka says', async (path) => {
    const { code, lines } = await dump(kafkaFiles(), [path]);
    expect(code).toBe(0);
    const ours = lines
      .slice(1)
      .map(({ timestamp, offset, position }) =>
        timestamp === undefined
          ? `offset: ${String(offset)} position: ${String(position)}`
          : `timestamp: ${String(timestamp)} offset: ${String(offset)}`,
      );
    const theirs = (kafkaDumps.get(path) ?? []).filter((line) => /^(offset|timestamp): /.test(line));
    expect(ours).toEqual(theirs);
  });

  it('says of transaction indexes and producer snapshots what Kafka says', async () => {
    const facts = (line: string): readonly string[] =>
      [...line.matchAll(/(?:\w+): (-?\d+)/g)].map(([, value]) => value ?? '');
    for (const path of pathsWith('.txnindex')) {
      const { lines } = await dump(kafkaFiles(), [path]);
      const ours = lines
        .slice(1)
        .map((line) =>
          ['version', 'producerId', 'firstOffset', 'lastOffset', 'lastStableOffset'].map((name) => String(line[name])),
        );
      expect(ours).toEqual((kafkaDumps.get(path) ?? []).map(facts));
    }
    for (const path of pathsWith('.snapshot')) {
      const { code, lines } = await dump(kafkaFiles(), [path]);
      expect(code).toBe(0);
      const ours = lines
        .slice(1)
        .map(
          (line) =>
            `producerId: ${String(line['producerId'])} producerEpoch: ${String(line['producerEpoch'])} coordinatorEpoch: ${orMinusOne(line['coordinatorEpoch'])} `,
        );
      const theirs = kafkaDumps.get(path) ?? [];
      expect(theirs.map((line) => line.replace(/currentTxnFirstOffset.*$/, ''))).toEqual(ours);
    }
  });

  it('reads the checkpoints of terms and offsets', async () => {
    const { code, lines } = await dump(kafkaFiles(), [
      'logdir/golden-0/leader-epoch-checkpoint',
      'logdir/replication-offset-checkpoint',
    ]);
    expect(code).toBe(0);
    const terms = lines.filter(({ kind }) => kind === 'term-start').map(({ term, start }) => [term, start]);
    expect(terms).toEqual([
      [0, 0],
      [2, 1100],
      [4, 2524],
    ]);
    expect(lines).toContainEqual({
      kind: 'checkpoint',
      file: 'logdir/replication-offset-checkpoint',
      topic: 'golden-append-time',
      partition: 0,
      offset: 80,
    });
  });

  it('prints text too', async () => {
    const { text } = await dump(kafkaFiles(), ['logdir/golden-append-time-0/00000000000000000000.log'], {
      output: 'table',
      records: true,
    });
    const [file, batch = ''] = text.split('\n');
    expect(file).toBe('logdir/golden-append-time-0/00000000000000000000.log (type: segment size: 3962)');
    expect(batch.split(/ (?=[a-zA-Z]+: )/)).toEqual([
      'batch',
      'position: 0',
      'size: 1575',
      'baseOffset: 0',
      'lastOffset: 59',
      'count: 60',
      'term: 0',
      'baseSequence: 0',
      'lastSequence: 59',
      'producerId: 2',
      'producerEpoch: 0',
      'isTransactional: false',
      'isControl: false',
      'deleteHorizon: null',
      'timestampType: append',
      'maxTimestamp: 1795253578177',
      'magic: 2',
      'compression: lz4',
      'crc: 2549666145',
      'valid: true',
    ]);
  });
});

/** Members' metadata is opened further by us than by Kafka. */
function withoutMembers(data: object): object {
  return JSON.parse(JSON.stringify(data, (key, value: unknown) => (key === 'members' ? undefined : value))) as object;
}

describe('log dump of damaged files', () => {
  const log = 'logdir/golden-append-time-0/00000000000000000000.log';

  async function damages(path: string, harm: (bytes: Buffer) => Buffer): Promise<readonly Line[]> {
    const files = kafkaFiles();
    files.set(path, harm(files.get(path) ?? Buffer.alloc(0)));
    const { code, lines } = await dump(files, [path], { records: true });
    expect(code).toBe(65);
    return lines.filter(({ kind }) => kind === 'damage');
  }
  const flip =
    (at: number) =>
    (bytes: Buffer): Buffer => {
      bytes[at] = (bytes[at] ?? 0) ^ 0x40;
      return bytes;
    };

  it('segment: a flipped bit is found by the CRC, and the next batch is read', async () => {
    expect(await damages(log, flip(900))).toMatchObject([
      { file: log, position: 0, reason: expect.stringContaining('CRC') as string },
    ]);
  });

  it('segment: a cut last batch is told with its place', async () => {
    expect(await damages(log, (bytes) => bytes.subarray(0, 2000))).toEqual([
      { kind: 'damage', file: log, position: 1575, reason: 'the last batch is cut: 425 bytes of 2387' },
    ]);
  });

  it('segment: garbage ends the walk', async () => {
    expect(await damages(log, (bytes) => Buffer.concat([bytes, Buffer.alloc(100)]))).toMatchObject([
      { position: 3962 },
    ]);
  });

  it('segment: offsets that fall back are told', async () => {
    const [first] = await damages(log, (bytes) => Buffer.concat([bytes, bytes]));
    expect(first).toMatchObject({ position: 3962, reason: 'base offset 0 where 80 or more must follow' });
  });

  it('index: an entry that leads to another batch is told', async () => {
    const path = 'logdir/golden-0/00000000000000000000.index';
    expect(await damages(path, flip(10))).not.toEqual([]);
    expect(await damages(path, (bytes) => bytes.subarray(0, 20))).toMatchObject([{ position: 16 }]);
  });

  it('checkpoint, producer snapshot: what does not add up is told', async () => {
    expect(await damages('logdir/golden-0/leader-epoch-checkpoint', () => Buffer.from('0\n2\n0 0\nx\n'))).toMatchObject(
      [{ position: 8 }],
    );
    expect(await damages('logdir/golden-0/00000000000000003828.snapshot', flip(100))).toMatchObject([{ position: 2 }]);
  });

  it('missing files and files of no known kind are told, and the others still read', async () => {
    const { code, lines } = await dump(kafkaFiles(), ['nowhere/00000000000000000000.log', 'what.is.this', log]);
    expect(code).toBe(65);
    expect(lines.map(({ kind }) => kind)).toEqual(['damage', 'damage', 'file', 'batch', 'batch']);
    expect(lines[0]).toMatchObject({
      file: 'nowhere/00000000000000000000.log',
      position: null,
      reason: 'no such file',
    });
  });
});
