/** Settings: every key is checked, messages name key, value, place and what is allowed; sources go over one another. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeSettings, nearest, nodeConfig, readSettings, SETTINGS } from '../../src/config/index.ts';
import type { NodeConfig, SettingSources } from '../../src/config/index.ts';

const NODE = ['node.id=1', 'data.dir=/data'];

function read(some: Partial<SettingSources>): ReturnType<typeof readSettings> {
  return readSettings({ file: null, environment: {}, flags: [], ...some });
}

/** Problems of the settings, or of what they make together. */
function problems(some: Partial<SettingSources>): readonly string[] {
  const settings = read(some);
  if (settings.kind === 'invalid') return settings.problems;
  const made = nodeConfig(settings.settings);
  return made.kind === 'invalid' ? made.problems : [];
}

function config(...flags: readonly string[]): NodeConfig {
  const settings = read({ flags: [...NODE, ...flags] });
  if (settings.kind === 'invalid') throw new Error(settings.problems.join());
  const made = nodeConfig(settings.settings);
  if (made.kind === 'invalid') throw new Error(made.problems.join());
  return made.config;
}

const file = (content: unknown): Partial<SettingSources> => ({ file: { name: 'node1.yaml', content } });

describe('sources', () => {
  it('flags go over the environment, that over the file, that over the defaults', () => {
    const sources = {
      ...file({ 'kafka.port': 1, peer: { port: 2 }, 'admin.port': 3 }),
      environment: { FLOTILLA_PEER_PORT: '20', FLOTILLA_ADMIN_PORT: '30', PATH: '/bin' },
      flags: ['admin.port=300', 'admin.port=301'],
    };
    const settings = read(sources);
    if (settings.kind === 'invalid') throw new Error(settings.problems.join());
    expect([
      settings.settings['kafka.port'],
      settings.settings['peer.port'],
      settings.settings['admin.port'],
      settings.settings['num.partitions'],
    ]).toEqual([1, 20, 301, 1]);
    expect([...settings.places]).toEqual([
      ['kafka.port', 'node1.yaml'],
      ['peer.port', 'FLOTILLA_PEER_PORT'],
      ['admin.port', '--config'],
    ]);
  });

  it('nested keys and flat ones are the same, lists may be lists', () => {
    const settings = read(
      file({ peer: { heartbeat: { ms: 50 } }, voters: ['1@a:1', '2@b:2'], 'auto.create.topics.enable': false }),
    );
    expect(settings).toMatchObject({
      kind: 'settings',
      settings: { 'peer.heartbeat.ms': 50, voters: ['1@a:1', '2@b:2'], 'auto.create.topics.enable': false },
    });
  });

  it('a file that is no mapping, a flag without value and variables of the CLI', () => {
    expect(problems(file('hello'))).toEqual([expect.stringMatching(/^node1\.yaml: expected keys and values/)]);
    expect(problems(file(['a']))).toEqual([expect.stringMatching(/^node1\.yaml: expected/)]);
    expect(problems({ flags: [...NODE, 'flush'] })).toEqual(['--config flush: expected key=value']);
    expect(problems({ flags: NODE, environment: { FLOTILLA_BOOTSTRAP: 'x', FLOTILLA_HOME: 'y' } })).toEqual([]);
    expect(problems({ flags: NODE, ...file(null) })).toEqual([]);
  });
});

describe('messages', () => {
  it('name place, key, value and what is allowed, all at once', () => {
    const found = problems({
      ...file({ flush: 'sometimes', 'kafka.port': 70_000 }),
      environment: { FLOTILLA_NUM_PARTITIONS: 'many' },
      flags: ['log.segment.bytes=1'],
    });
    expect(found).toEqual([
      'node1.yaml: flush is "sometimes"; allowed is "always", "interval", "os"',
      'node1.yaml: kafka.port is "70000"; allowed is a whole number from 1 to 65535',
      'FLOTILLA_NUM_PARTITIONS: num.partitions is "many"; allowed is a whole number from 1 to 10000',
      '--config: log.segment.bytes is "1"; allowed is a whole number from 1048576 to 2147483647 (bytes; KiB, MiB or GiB may follow the number)',
    ]);
  });

  it('unknown names come with the nearest one, prototype names are unknown', () => {
    expect(problems({ flags: [...NODE, 'flsh=os'] })).toEqual([
      '--config: unknown setting "flsh"; did you mean flush?',
    ]);
    expect(problems({ flags: NODE, environment: { FLOTILLA_KAFKA_PROT: '1' } })).toEqual([
      'unknown variable FLOTILLA_KAFKA_PROT; did you mean FLOTILLA_KAFKA_PORT?',
    ]);
    for (const key of ['__proto__', 'constructor', 'toString'])
      expect(problems({ flags: [...NODE, `${key}=1`] })[0], key).toMatch(/unknown setting/);
    expect(nearest('qqqqqqqq', ['flush', 'voters'])).toBeNull();
  });

  it('missing keys say what to write', () => {
    expect(problems({})).toEqual([
      expect.stringMatching(/^node\.id is missing/),
      expect.stringMatching(/^data\.dir is missing/),
    ]);
  });
});

describe('values', () => {
  it('every setting refuses what is not its kind, takes its default, and is described', () => {
    const described = new Map(describeSettings().map((each) => [each.key, each]));
    for (const [key, setting] of Object.entries(SETTINGS)) {
      expect(described.get(key)?.doc.length, key).toBeGreaterThan(5);
      expect(described.get(key)?.allowed.length, key).toBeGreaterThan(3);
      if (setting.default !== null)
        expect(problems({ flags: [...NODE, `${key}=${setting.default}`] }), key).toEqual([]);
      const wrong =
        setting.kind.kind === 'whole'
          ? ['x', '1.5', '1e3', '', ' 1', '99999999999999999999', '0x10']
          : setting.kind.kind === 'flag'
            ? ['yes', '1', '']
            : [''];
      for (const value of wrong)
        expect(problems({ flags: [...NODE, `${key}=${value}`] })[0], `${key}=${value}`).toContain(key);
    }
  });

  it('bytes may have a unit, others not', () => {
    expect(config('fetch.max.bytes=2MiB').limits.fetchBytesMax).toBe(2 << 20);
    expect(config('fetch.max.bytes=64 kib').limits.fetchBytesMax).toBe(65_536);
    expect(problems({ flags: [...NODE, 'num.partitions=1KiB'] })).toHaveLength(1);
    expect(problems({ flags: [...NODE, 'fetch.max.bytes=99999999GiB'] })).toHaveLength(1);
  });

  it('voters: names, addresses, and what is none', () => {
    expect(config('voters=1@10.0.0.1:9192, 2@[::1]:9193,3@node-3.example:1').voters).toEqual([
      { node: 1, peer: { host: '10.0.0.1', port: 9192 } },
      { node: 2, peer: { host: '::1', port: 9193 } },
      { node: 3, peer: { host: 'node-3.example', port: 1 } },
    ]);
    expect(config().voters).toEqual([{ node: 1, peer: { host: '127.0.0.1', port: 9192 } }]);
    for (const voter of [
      '1',
      '1@a',
      'a@b:1',
      '1@a:0',
      '1@a:65536',
      '-1@a:1',
      '99999999999999999999@a:1',
      '2147483648@a:1',
      '1@::1:9192',
      '1@a b:1',
      '1@[x]:1',
    ]) {
      expect(problems({ flags: [...NODE, `voters=${voter}`] })[0], voter).toMatch(
        /^voters: ".*" is not <node id>@<host>:<peer port>/,
      );
    }
    expect(problems({ flags: [...NODE, 'voters=1@a:1,1@b:2'] })).toEqual(['voters: node 1 is named twice']);
  });

  it('whatever is written, it is refused with a message or taken, never thrown at', () => {
    const key = fc.constantFrom(...Object.keys(SETTINGS));
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(key, fc.oneof(fc.string(), fc.integer().map(String), fc.constantFrom('true', 'os', '1@a:1'))),
          { maxLength: 6 },
        ),
        (pairs) => {
          const found = problems({ flags: [...NODE, ...pairs.map(([name, value]) => `${name}=${value}`)] });
          for (const each of found) expect(each.length).toBeGreaterThan(10);
        },
      ),
      { numRuns: 300, seed: 5 },
    );
  });
});

describe('relations', () => {
  const rows: readonly (readonly [string[], RegExp])[] = [
    [['host=0.0.0.0'], /host is 0\.0\.0\.0: set advertised\.host/],
    [['election.timeout.min.ms=500', 'election.timeout.max.ms=500'], /election\.timeout\.min\.ms must be below/],
    [
      ['peer.heartbeat.ms=400'],
      /peer\.heartbeat\.ms \(400\) must be at most half of election\.timeout\.min\.ms \(600\)/,
    ],
    [
      ['broker.session.timeout.ms=400'],
      /peer\.heartbeat\.ms \(200\) must be below half of broker\.session\.timeout\.ms \(400\)/,
    ],
    [
      ['replica.append.max.bytes=33554432'],
      /replica\.append\.max\.bytes \(33554432\) must be at most replica\.inflight\.max\.bytes/,
    ],
    [['kafka.port=9192'], /peer\.port and kafka\.port are both 9192/],
  ];

  it.each(rows)('%j', (flags, message) => {
    expect(problems({ flags: [...NODE, ...flags] })).toEqual([expect.stringMatching(message)]);
  });

  it('an advertised host makes 0.0.0.0 good', () => {
    expect(problems({ flags: [...NODE, 'host=0.0.0.0', 'advertised.host=node1'] })).toEqual([]);
  });
});
