#!/usr/bin/env node
/**
 * The process of one node: what `flotilla up` starts three times and `flotilla node` runs.
 *
 *   node.js [--config FILE | --config key=value | -X key=value]… [--stay]
 *   FLOTILLA_* variables lie between file and flags
 *
 * Started by `up` it has an IPC channel: it reports `ready`, `refused` and warnings there, leaves Ctrl-C to its parent,
 * and shuts down when the parent is gone (`--stay`: lives on). What is not needed to serve is loaded after that: winston, and yaml only for
 * a file. Ends with 0 after SIGTERM, 64 for bad usage, 78 for configuration and environment, 65 for data.
 */
import { readFileSync } from 'node:fs';
import { nodeConfig, readSettings } from './config/index.ts';
import type { NodeConfig, Settings } from './config/index.ts';
import { startAdminServer } from './admin/index.ts';
import type { HttpListener, SettingView } from './admin/index.ts';
import { listenRefusal, NodeView } from './node/index.ts';
import { realPorts, startNode } from './node.ts';
import type { RealPorts, RunningNode } from './node.ts';
import { ListenError } from './ports/index.ts';
import type { LogFields, LogLevel, LogSink, Ports } from './ports/index.ts';
import { keepHeapRoom, NodeHttp, optimizeEarly } from './runtime/index.ts';

/** What `up` is told. */
type Report =
  | {
      readonly kind: 'ready';
      readonly clusterId: string;
      readonly controller: number | null;
      readonly kafkaPort: number;
      readonly adminPort: number;
    }
  | { readonly kind: 'refused'; readonly exitCode: number; readonly message: string; readonly next: string }
  | { readonly kind: 'log'; readonly level: LogLevel; readonly message: string; readonly fields: LogFields };

const USAGE = 64;
const DATA = 65;
const CONFIG = 78;

function report(message: Report): void {
  if (process.connected) process.send?.(message, undefined, {}, () => undefined);
}

/** Ends the process with a message for people, or for the parent to show. */
function refuse(exitCode: number, message: string, next: string): never {
  if (process.send === undefined) process.stderr.write(`flotilla: ${message}\n${next === '' ? '' : `${next}\n`}`);
  else {
    process.stderr.write(`${JSON.stringify({ level: 'error', message, next })}\n`);
    report({ kind: 'refused', exitCode, message, next });
  }
  process.exit(exitCode);
}

interface Arguments {
  readonly file: string | null;
  readonly flags: readonly string[];
  /** The parent may go. */
  readonly stay: boolean;
}

function readArguments(all: readonly string[]): Arguments {
  const stay = all.at(-1) === '--stay';
  const args = stay ? all.slice(0, -1) : all;
  const flags: string[] = [];
  let file: string | null = null;
  for (let at = 0; at < args.length; at += 2) {
    const name = args[at];
    const value = args[at + 1];
    if ((name !== '-X' && name !== '--config') || value === undefined) {
      refuse(USAGE, `unexpected ${name ?? ''}`, 'usage: flotilla node [--config FILE] [-X key=value]…');
    }
    if (name === '-X' || /^[a-z][a-z0-9.]*=/.test(value)) flags.push(value);
    else file = value;
  }
  return { file, flags, stay };
}

async function readFile(name: string): Promise<unknown> {
  let text: string;
  try {
    text = readFileSync(name, 'utf8');
  } catch (error) {
    return refuse(
      CONFIG,
      `cannot read the configuration file ${name}: ${error instanceof Error ? error.message : ''}`,
      '',
    );
  }
  // The default export: a bundled CommonJS package has no other.
  const { parse, YAMLParseError } = (await import('yaml')).default;
  try {
    return parse(text);
  } catch (error) {
    if (error instanceof YAMLParseError) return refuse(CONFIG, `${name} is not YAML: ${error.message}`, '');
    throw error;
  }
}

interface Configured {
  readonly config: NodeConfig;
  readonly settings: Settings;
  readonly shown: readonly SettingView[];
}

async function configure({ file, flags }: Arguments): Promise<Configured> {
  const content = file === null ? null : { name: file, content: await readFile(file) };
  const read = readSettings({ file: content, environment: process.env, flags });
  if (read.kind === 'invalid')
    return refuse(
      CONFIG,
      `bad configuration:\n  ${read.problems.join('\n  ')}`,
      '`flotilla config describe` shows all settings',
    );
  const made = nodeConfig(read.settings);
  if (made.kind === 'invalid') return refuse(CONFIG, `bad configuration:\n  ${made.problems.join('\n  ')}`, '');
  const shown = Object.entries(read.settings).map(([key, value]) => ({
    key,
    value: value === null ? null : Array.isArray(value) ? value.join(',') : String(value),
    place: read.places.get(key) ?? 'default',
  }));
  return { config: made.config, settings: read.settings, shown };
}

/** Passes warnings and errors on to the parent as well. */
class ReportingLog implements LogSink {
  readonly #sink: LogSink;
  readonly #fields: LogFields;

  constructor(sink: LogSink, fields: LogFields) {
    this.#sink = sink;
    this.#fields = fields;
  }

  log(level: LogLevel, message: string, fields?: LogFields): void {
    this.#sink.log(level, message, fields);
    if (level === 'error' || level === 'warn')
      report({ kind: 'log', level, message, fields: { ...this.#fields, ...fields } });
  }

  child(fields: LogFields): LogSink {
    return new ReportingLog(this.#sink.child(fields), { ...this.#fields, ...fields });
  }
}

function openPorts({ settings }: Configured): RealPorts & { readonly ports: Ports } {
  const level = settings['log.level'];
  const format = settings['log.format'];
  const real = realPorts({
    level: level === 'error' || level === 'warn' || level === 'debug' ? level : 'info',
    format: format === 'human' || format === 'json' ? format : 'auto',
    stream: process.stderr,
  });
  if (process.send === undefined) return real;
  return { ...real, ports: { ...real.ports, log: new ReportingLog(real.ports.log, {}) } };
}

async function openAdmin(configured: Configured, running: RunningNode, isReady: () => boolean): Promise<HttpListener> {
  const { config, shown } = configured;
  try {
    return await startAdminServer(
      new NodeHttp(),
      config.host,
      config.adminPort,
      new NodeView(running.node, isReady, () => shown),
      { acceptLoss: (topic, index) => running.node.losses.accept(topic, index) },
    );
  } catch (error) {
    if (!(error instanceof ListenError)) throw error;
    await running.stop();
    const { message, next } = listenRefusal(error, 'admin.port');
    return refuse(CONFIG, message, next);
  }
}

/** The whole cluster stops: nobody is left to move leaderships to, and no majority to write it down. */
const STOP_ALL = 'SIGUSR2';

/** Shuts down once, whatever the reason; a second signal of the same kind ends the process at once. */
function shutdownOnSignals(real: RealPorts, stay: boolean, alone: () => void, stop: () => Promise<void>): void {
  let stopping = false;
  const shutdown = (why: string): void => {
    if (stopping) {
      if (process.send === undefined) process.exit(130);
      return;
    }
    stopping = true;
    real.ports.log.log('info', 'controlled shutdown', { why });
    void stop().then(() => {
      real.log.flush();
      process.exit(0);
    });
  };
  process.on('SIGTERM', () => shutdown('SIGTERM'));
  process.on(STOP_ALL, () => {
    alone();
    shutdown('the whole cluster stops');
  });
  // On a terminal Ctrl-C reaches the whole group: `up` decides for its nodes.
  process.on('SIGINT', () => {
    if (!process.connected) shutdown('SIGINT');
  });
  if (!stay) process.on('disconnect', () => shutdown('the parent has gone'));
}

async function main(args: readonly string[]): Promise<void> {
  const given = readArguments(args);
  const configured = await configure(given);
  const { config } = configured;
  const real = openPorts(configured);
  const started = await startNode(config, real.ports);
  if (started.kind === 'refused') return refuse(started.exitCode, started.message, started.next);
  const { running } = started;
  let ready = false;
  const admin = await openAdmin(configured, running, () => ready);
  shutdownOnSignals(
    real,
    given.stay,
    () => running.node.lifecycle.stop(),
    async () => {
      await running.stop();
      await admin.close();
    },
  );
  void running.ended.then((end) => {
    const message =
      end.kind === 'damaged' ? `damaged data: ${end.reason}` : `another process has registered as node ${config.node}`;
    const next =
      end.kind === 'damaged'
        ? 'move the data directory away and start with an empty one: the node copies everything from its peers'
        : 'give each node its own node.id';
    real.log.flush();
    refuse(end.kind === 'damaged' ? DATA : CONFIG, message, next);
  });
  await running.ready;
  ready = true;
  report({
    kind: 'ready',
    clusterId: running.node.image().clusterId ?? '',
    controller: running.node.metadataLeader,
    kafkaPort: running.node.kafkaPort,
    adminPort: admin.port,
  });
  // After a turn, so that the report is out before winston takes its 40 ms. Other flags of V8 make it refuse the code that
  // node keeps compiled, so they come last.
  setImmediate(
    () =>
      void real.log.load().then(() => {
        keepHeapRoom();
        optimizeEarly(real.network);
      }),
  );
}

// Not awaited at the top: the bundle is a CommonJS module, which starts 10 ms sooner.
void main(process.argv.slice(2));
