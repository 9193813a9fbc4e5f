/**
 * The process of one node of a live cluster whose disk and clock are under the harness's hand: the shipped node, on real
 * ports, with {@link RecordedDisk} around its disk, {@link SteeredClock} around its clock, and a boot id that the harness
 * gives (after a power loss it is another one).
 *
 *   power-node.js --records FILE --boot ID -X key=value…
 *
 * It speaks over IPC as `dist/bin/node.js` does (`ready`, `refused`, `log`), and takes `{kind:'disk', change}` and
 * `{kind:'clock', change}` faults from there.
 */
import { mkdirSync, openSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { startAdminServer } from '../../src/admin/index.ts';
import { nodeConfig, readSettings } from '../../src/config/index.ts';
import type { NodeConfig } from '../../src/config/index.ts';
import { listenRefusal, NodeView } from '../../src/node/index.ts';
import { realPorts, startNode } from '../../src/node.ts';
import { ListenError } from '../../src/ports/index.ts';
import type { Host, Ports } from '../../src/ports/index.ts';
import { NodeHttp } from '../../src/runtime/index.ts';
import { RecordedDisk } from './recorded-disk.ts';
import type { DiskFaultState } from './recorded-disk.ts';
import { SteeredClock } from './steered-clock.ts';
import type { ClockFaultState } from './steered-clock.ts';

type Fault =
  | { readonly kind: 'disk'; readonly change: Partial<DiskFaultState> }
  | { readonly kind: 'clock'; readonly change: Partial<ClockFaultState> };

const DATA = 65;
const CONFIG = 78;

function report(message: object): void {
  if (process.connected) process.send?.(message, undefined, {}, () => undefined);
}

function refuse(exitCode: number, message: string, next: string): never {
  process.stderr.write(`${JSON.stringify({ level: 'error', message, next })}\n`);
  report({ kind: 'refused', exitCode, message, next });
  process.exit(exitCode);
}

function configOf(flags: readonly string[]): NodeConfig {
  const read = readSettings({ file: null, environment: {}, flags: [...flags] });
  if (read.kind === 'invalid') return refuse(CONFIG, read.problems.join('; '), '');
  const made = nodeConfig(read.settings);
  return made.kind === 'invalid' ? refuse(CONFIG, made.problems.join('; '), '') : made.config;
}

/** The machine boots when the harness says so. */
function hostOf(host: Host, boot: string): Host {
  return {
    bootId: () => boot,
    residentBytes: () => host.residentBytes(),
    cpuSeconds: () => host.cpuSeconds(),
    exit: (code, reason) => host.exit(code, reason),
  };
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      records: { type: 'string', default: '' },
      boot: { type: 'string', default: '' },
      setting: { type: 'string', short: 'X', multiple: true, default: [] },
    },
  });
  const config = configOf(values.setting);
  mkdirSync(config.dataDirectory, { recursive: true });
  const real = realPorts({ level: 'info', format: 'json', stream: process.stderr });
  const disk = new RecordedDisk(real.ports.disk, config.dataDirectory, openSync(values.records, 'a'));
  const clock = new SteeredClock(real.ports.clock);
  const ports: Ports = { ...real.ports, disk, clock, host: hostOf(real.ports.host, values.boot) };
  process.on('message', (fault: Fault) => {
    if (fault.kind === 'disk') Object.assign(disk.faults, fault.change);
    else clock.steer(fault.change);
  });
  const started = await startNode(config, ports);
  if (started.kind === 'refused') return refuse(started.exitCode, started.message, started.next);
  const { running } = started;
  let ready = false;
  const view = new NodeView(
    running.node,
    () => ready,
    () => [],
  );
  const loss = { acceptLoss: (topic: string, index: number) => running.node.losses.accept(topic, index) };
  const admin = await startAdminServer(new NodeHttp(), config.host, config.adminPort, view, loss).catch(
    (error: unknown) => {
      if (!(error instanceof ListenError)) throw error;
      const { message, next } = listenRefusal(error, 'admin.port');
      return refuse(CONFIG, message, next);
    },
  );
  const stop = (): void => {
    void running.stop().then(async () => {
      await admin.close();
      real.log.flush();
      process.exit(0);
    });
  };
  process.on('SIGTERM', stop);
  process.on('SIGUSR2', () => {
    running.node.lifecycle.stop();
    stop();
  });
  // Ctrl-C reaches the whole group: the harness decides for its nodes.
  process.on('SIGINT', () => undefined);
  process.on('disconnect', stop);
  void running.ended.then((end) => {
    real.log.flush();
    if (end.kind === 'damaged') refuse(DATA, `damaged data: ${end.reason}`, '');
    refuse(CONFIG, `another process has registered as node ${config.node}`, '');
  });
  await running.ready;
  ready = true;
  report({ kind: 'ready' });
  void real.log.load();
}

void main();
