/**
 * kcat, which is librdkafka of the distribution: one function for each behaviour of behaviour.ts that it can do. It
 * cannot make topics: kafkajs does.
 */
import { spawn } from 'node:child_process';
import { create } from './kafkajs-clients.mjs';
import { main, until } from './outcomes.mjs';

/** kcat says what a broker refused as `Broker: …`; the driver hands on that text. */
class Refused extends Error {}

const errorName = (error) => (error instanceof Refused ? error.message : null);

async function run(brokers, args, input = '') {
  const child = spawn('kcat', ['-b', brokers.join(','), '-m', '20', ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
  const timer = setTimeout(() => child.kill('SIGKILL'), 60_000);
  let out = '';
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text) => void (out += text));
  child.stderr.setEncoding('utf8').on('data', (text) => void (said += text));
  child.stdin.end(input);
  const code = await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  clearTimeout(timer);
  if (code === 0) return out;
  const refused = /Broker: ([^)\n]*)/.exec(said);
  throw refused === null ? new Error(`kcat ${args.join(' ')} ended with ${code}: ${said}`) : new Refused(refused[1]);
}

const linesOf = (text) => text.split('\n').filter((line) => line !== '');

const produce = (brokers, topic, lines, ...more) =>
  run(brokers, ['-P', '-t', topic, ...more], lines.map((line) => `${line}\n`).join(''));
const read = async (brokers, topic, ...more) =>
  linesOf(await run(brokers, ['-C', '-t', topic, '-o', 'beginning', '-e', '-q', '-X', 'check.crcs=true', ...more]));
const numbered = (count, name) => Array.from({ length: count }, (_, at) => `${name} ${at}`);
const sorted = (lines) => lines.toSorted((left, right) => (left < right ? -1 : 1));
const told = async (promise) => {
  try {
    await promise;
    return 'ok';
  } catch (error) {
    if (error instanceof Refused) return error.message;
    throw error;
  }
};

async function acks(brokers, topic) {
  await create(brokers, topic);
  let count = 0;
  for (const each of ['0', '1', 'all']) {
    await produce(brokers, topic, numbered(3, each), '-X', `acks=${each}`);
    count += 3;
    const expected = count;
    await until('the records', async () => (await read(brokers, topic)).length === expected);
  }
  return read(brokers, topic);
}

async function codecs(brokers, topic) {
  const outcome = {};
  for (const codec of ['none', 'gzip', 'snappy', 'lz4', 'zstd']) {
    await create(brokers, `${topic}-${codec}`, 2);
    const lines = numbered(2000, `value of ${codec}`);
    await produce(brokers, `${topic}-${codec}`, lines, '-z', codec, '-X', 'acks=all');
    outcome[codec] = sorted(await read(brokers, `${topic}-${codec}`)).join() === sorted(lines).join();
  }
  return outcome;
}

async function recordParts(brokers, topic) {
  await create(brokers, topic);
  await produce(brokers, topic, ['a:1', ':', 'clé:välue ✓'], '-K', ':', '-H', 'from=kcat', '-Z');
  return read(brokers, topic, '-Z', '-f', '%o %k %s %h\\n');
}

async function tooLarge(brokers, topic) {
  await create(brokers, topic, 1, { 'max.message.bytes': '2000' });
  return {
    fits: await told(produce(brokers, topic, ['x'.repeat(1000)])),
    broker: await told(produce(brokers, topic, ['x'.repeat(3000)])),
  };
}

async function compactedNeedsKey(brokers, topic) {
  await create(brokers, topic, 1, { 'cleanup.policy': 'compact' });
  return {
    without: await told(produce(brokers, topic, ['a'])),
    with: await told(produce(brokers, topic, ['a'], '-k', 'k')),
  };
}

async function listOffsets(brokers, topic) {
  await create(brokers, topic);
  await produce(brokers, topic, numbered(3, 'x'));
  const at = async (time) => /offset (-?\d+)/.exec(await run(brokers, ['-Q', '-t', `${topic}:0:${time}`]))?.[1];
  return { first: await at(1), earliest: await at(-2), latest: await at(-1), later: await at(4_000_000_000_000) };
}

async function idempotent(brokers, topic) {
  await create(brokers, topic);
  await produce(brokers, topic, numbered(500, 'v'), '-X', 'enable.idempotence=true', '-X', 'linger.ms=0');
  return (await read(brokers, topic)).join() === numbered(500, 'v').join();
}

function groupStory(...more) {
  return async (brokers, topic) => {
    await create(brokers, topic, 3);
    const group = () =>
      run(brokers, ['-G', `${topic}-g`, '-e', '-q', '-X', 'auto.offset.reset=earliest', ...more, topic]);
    await produce(brokers, topic, numbered(30, 'first'));
    const first = linesOf(await group()).length;
    await produce(brokers, topic, numbered(5, 'second'));
    return { first, second: sorted(linesOf(await group())) };
  };
}

async function transactions(brokers, topic) {
  await create(brokers, topic);
  await produce(brokers, topic, numbered(3, 'a'), '-X', `transactional.id=${topic}-id`);
  await produce(brokers, topic, numbered(3, 'b'), '-X', `transactional.id=${topic}-id`);
  const offsets = ['-f', '%o %s\\n'];
  return {
    committed: await read(brokers, topic, ...offsets, '-X', 'isolation.level=read_committed'),
    uncommitted: await read(brokers, topic, ...offsets, '-X', 'isolation.level=read_uncommitted'),
  };
}

async function cluster(brokers, topic) {
  await create(brokers, topic, 3);
  const listed = JSON.parse(await run(brokers, ['-L', '-J']));
  return {
    nodes: listed.brokers.length > 0,
    controller: listed.controllerid >= 0,
    partitions: listed.topics.find((each) => each.topic === topic)?.partitions.length,
  };
}

await main(
  {
    acks,
    codecs,
    recordParts,
    tooLarge,
    compactedNeedsKey,
    listOffsets,
    idempotent,
    groupClassic: groupStory(),
    groupCooperative: groupStory('-X', 'partition.assignment.strategy=cooperative-sticky'),
    transactions,
    cluster,
  },
  errorName,
);
