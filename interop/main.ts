/**
 * `npm run interop [-- CLIENT …]`: stock clients of five languages do one list of things to Flotilla, and what comes of
 * it is compared with what
 * Kafka did.
 *
 *   --behaviours a,b      only these
 *   --flotilla HOST:PORT  a cluster that runs already (default: three nodes of this build, on ports from 29092 on)
 *   --kafka HOST:PORT     a running Kafka: it is asked too, in the same run (default: outcomes recorded in kafka-outcomes.json)
 *   --record              keeps what that Kafka did in kafka-outcomes.json
 *   --transactions        instead: transactions a second with Kafka's own client, for --seconds (default 15) with each system
 *   --table               only prints the table for the README, from the last run
 *
 * Exit code 0: all outcomes are the same. 1: some differ, or a driver failed; each is printed with both outcomes.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { BEHAVIOURS, isBehaviour } from './behaviour.ts';
import type { Behaviour, Outcome, Outcomes } from './behaviour.ts';
import { CLIENTS } from './client.ts';
import type { Client } from './client.ts';
import { compare, isFailed, table } from './comparison.ts';
import type { Comparison } from './comparison.ts';
import { runDriver } from './run-driver.ts';
import { describeFigures, transactionFigures } from './transactions.ts';
import { running, startFlotilla } from './system.ts';
import type { System } from './system.ts';

type Recorded = Record<string, Record<string, Outcome>>;

const RECORD = join(process.cwd(), 'interop', 'kafka-outcomes.json');
const LAST = join(process.cwd(), 'dist', 'run', 'interop-last.json');
const BASE_PORT = 29_092;

function readRecorded(path: string): Recorded {
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Recorded) : {};
}

function outcomesOf(recorded: Record<string, Outcome> = {}): Outcomes {
  return new Map(Object.entries(recorded).flatMap(([name, outcome]) => (isBehaviour(name) ? [[name, outcome]] : [])));
}

function usage(problem: string): never {
  process.stderr.write(
    `${problem}\nclients: ${CLIENTS.map(({ name }) => name).join(' ')}\nbehaviours: ${Object.keys(BEHAVIOURS).join(' ')}\n`,
  );
  process.exit(64);
}

function report(client: string, comparison: Comparison): number {
  let bad = 0;
  for (const [behaviour, verdict] of comparison) {
    if (verdict.kind === 'absent') continue;
    process.stdout.write(`${client.padEnd(20)} ${behaviour.padEnd(24)} ${verdict.kind}\n`);
    if (!('ours' in verdict)) continue;
    if (verdict.kind !== 'unknown') bad += 1;
    process.stdout.write(`    Flotilla: ${JSON.stringify(verdict.ours)}\n`);
    if (verdict.kind === 'different') process.stdout.write(`    Kafka:    ${JSON.stringify(verdict.kafkas)}\n`);
  }
  return bad;
}

async function ask(client: Client, system: System, behaviours: readonly Behaviour[]): Promise<Outcomes> {
  const prefix = `${system.name}-${client.name.replaceAll(/[^a-z0-9]/g, '')}-${Date.now().toString(36)}`;
  const { outcomes, log } = await runDriver(client.prepare(), system, behaviours, prefix);
  mkdirSync(join(process.cwd(), 'dist', 'run'), { recursive: true });
  writeFileSync(
    join(process.cwd(), 'dist', 'run', `interop-${system.name}-${client.name.replaceAll('/', '-')}.log`),
    log,
  );
  return outcomes;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    behaviours: { type: 'string' },
    flotilla: { type: 'string' },
    kafka: { type: 'string' },
    record: { type: 'boolean', default: false },
    table: { type: 'boolean', default: false },
    transactions: { type: 'boolean', default: false },
    seconds: { type: 'string', default: '15' },
  },
});

const last = readRecorded(LAST);
const recorded = readRecorded(RECORD);
const columns = (): string =>
  table(
    CLIENTS.filter(({ name }) => name in last).map(({ name, version }) => ({
      client: version,
      comparison: compare(outcomesOf(last[name]), outcomesOf(recorded[name])),
    })),
  );
if (values.table) {
  process.stdout.write(`${columns()}\n`);
  process.exit(0);
}

const clients = positionals.length === 0 ? CLIENTS : CLIENTS.filter(({ name }) => positionals.includes(name));
const unknownClient = positionals.find((name) => CLIENTS.every((client) => client.name !== name));
if (unknownClient !== undefined) usage(`${unknownClient} is no client`);
const behaviours = (values.behaviours ?? '').split(',').filter((name) => name !== '');
const unknownBehaviour = behaviours.find((name) => !isBehaviour(name));
if (unknownBehaviour !== undefined) usage(`${unknownBehaviour} is no behaviour`);
if (values.record && values.kafka === undefined) usage('--record needs --kafka');
if (!/^[1-9]\d{0,4}$/.test(values.seconds)) usage(`--seconds wants a whole number, not ${values.seconds}`);

const kafka = values.kafka === undefined ? null : running('kafka', values.kafka);
const flotilla = values.flotilla === undefined ? await startFlotilla(BASE_PORT) : running('flotilla', values.flotilla);
if (values.transactions) {
  try {
    for (const system of kafka === null ? [flotilla] : [flotilla, kafka])
      process.stdout.write(`${describeFigures(system, transactionFigures(system, Number(values.seconds)))}\n`);
  } finally {
    await flotilla.close();
  }
  process.exit(0);
}
let bad = 0;
try {
  for (const client of clients) {
    const wanted = behaviours.filter(isBehaviour);
    let kafkas = outcomesOf(recorded[client.name]);
    if (kafka !== null) {
      // A driver that failed says nothing about Kafka.
      const seen = [...(await ask(client, kafka, wanted))].filter(([name, outcome]) => {
        if (isFailed(outcome))
          process.stdout.write(`${client.name} could not do ${name} to Kafka: ${JSON.stringify(outcome)}\n`);
        return !isFailed(outcome);
      });
      kafkas = new Map([...kafkas, ...seen]);
      if (values.record) recorded[client.name] = Object.fromEntries(kafkas);
    }
    const ours = await ask(client, flotilla, wanted);
    const asked = wanted.length === 0 ? kafkas : new Map([...kafkas].filter(([name]) => wanted.includes(name)));
    bad += report(client.name, compare(ours, asked));
    last[client.name] = { ...last[client.name], ...Object.fromEntries(ours) };
  }
} finally {
  await flotilla.close();
}
writeFileSync(LAST, JSON.stringify(last));
if (values.record) writeFileSync(RECORD, `${JSON.stringify(recorded, null, 1)}\n`);
process.stdout.write(
  `\n${columns()}\n\n${bad === 0 ? 'all outcomes are the same' : `${bad} outcomes differ or failed`}\n`,
);
process.exit(bad === 0 ? 0 : 1);
