/** The commands of this machine: up, down, node, and the tools that need no cluster (wire, log, chaos). */
import { Command } from 'commander';
import { choice, gather, wholeNumber } from './option-values.ts';
import { FORMATS } from './output.ts';
import type { Format } from './output.ts';

export type SetExitCode = (code: number) => void;

const PORT_MAX = 64_000;

function withOutput(command: Command): Command {
  return command.option(
    '-o, --output <format>',
    `${FORMATS.join(', ')}`,
    choice('--output', FORMATS),
    'table' satisfies Format,
  );
}

interface UpFlags {
  readonly nodes?: number;
  readonly basePort?: number;
  readonly data?: string;
  readonly temp?: boolean;
  readonly restartNodes?: boolean;
  readonly detach?: boolean;
  readonly config?: readonly string[];
  readonly set?: readonly string[];
  readonly output: Format;
}

/** The options as a command line again, for the `up` in the background. */
function upArguments(flags: UpFlags, settings: readonly string[]): readonly string[] {
  return [
    ...(flags.nodes === undefined ? [] : ['--nodes', String(flags.nodes)]),
    ...(flags.basePort === undefined ? [] : ['--base-port', String(flags.basePort)]),
    ...(flags.data === undefined ? [] : ['--data', flags.data]),
    ...(flags.temp === true ? ['--temp'] : []),
    ...(flags.restartNodes === true ? ['--restart-nodes'] : []),
    ...settings.flatMap((setting) => ['-X', setting]),
  ];
}

function upCommand(setExitCode: SetExitCode): Command {
  return withOutput(new Command('up').description('start a whole cluster on this machine'))
    .option('-n, --nodes <count>', 'default 3', wholeNumber('--nodes', 1, 32))
    .option(
      '--base-port <port>',
      'Kafka ports from here on; 0: any free ones (default 9092; peer ports + 100, admin ports + 552)',
      wholeNumber('--base-port', 0, PORT_MAX),
    )
    .option('--data <directory>', 'default ./flotilla-data; a cluster that is there is started again')
    .option('--temp', 'data in a temporary directory, removed at the end')
    .option('--restart-nodes', 'start nodes that die again')
    .option('--detach', 'in the background; `flotilla down` ends it')
    .option('--config <key=value>', 'a setting of all nodes; may be repeated', gather)
    .option('-X, --set <key=value>', 'the same', gather)
    .addHelpText(
      'after',
      '\nExamples:\n  $ flotilla up\n  $ flotilla up --nodes 1 --temp --base-port 0 -o json\n  $ flotilla up --config flush=os --detach',
    )
    .action(async (flags: UpFlags) => {
      const settings = [...(flags.config ?? []), ...(flags.set ?? [])];
      if (flags.detach === true) {
        const { upDetached } = await import('./commands/local.ts');
        const { data, temp, output: format } = flags;
        return setExitCode(
          await upDetached({
            ...(data === undefined ? {} : { data }),
            temp: temp === true,
            format,
            args: upArguments(flags, settings),
          }),
        );
      }
      const { up } = await import('./commands/up.ts');
      const { output: format, config: _config, set: _set, detach: _detach, ...rest } = flags;
      setExitCode(await up({ ...rest, format, config: settings }));
    });
}

function nodeCommand(setExitCode: SetExitCode): Command {
  const node = new Command('node').description('run one node; `node start` starts one of a local cluster again');
  node
    .option('--config <file or key=value>', 'YAML file of settings, or one setting; may be repeated', gather)
    .option('-X, --set <key=value>', 'a setting; may be repeated', gather)
    .addHelpText(
      'after',
      '\nExamples:\n  $ flotilla node --config node1.yaml\n  $ flotilla node -X node.id=1 -X data.dir=./data\n  $ flotilla node start 2',
    )
    .action(async (flags: { readonly config?: readonly string[]; readonly set?: readonly string[] }) => {
      const args = [
        ...(flags.config ?? []).flatMap((text) => ['--config', text]),
        ...(flags.set ?? []).flatMap((text) => ['-X', text]),
      ];
      // The node's own program, in this process.
      process.argv.splice(2, process.argv.length, ...args);
      await import('../node-main.ts');
      await new Promise(() => undefined);
    });
  withOutput(
    node
      .command('start')
      .description('start a dead node of the local cluster again')
      .argument('<id>', '', wholeNumber('<id>', 0, 2 ** 31 - 1)),
  )
    .option('--data <directory>', 'of the cluster (default: what `up` last started here)')
    .action(async (id: number, flags: { readonly data?: string; readonly output: Format }) => {
      const { startLocalNode } = await import('./commands/local.ts');
      setExitCode(await startLocalNode(id, { ...flags, format: flags.output }));
    });
  return node;
}

function downCommand(setExitCode: SetExitCode): Command {
  return withOutput(new Command('down').description('stop the cluster that `up` started here'))
    .option('--data <directory>', 'of the cluster')
    .action(async (flags: { readonly data?: string; readonly output: Format }) => {
      const { down } = await import('./commands/local.ts');
      setExitCode(await down({ ...flags, format: flags.output }));
    });
}

function wireCommand(): Command {
  const wire = new Command('wire').description('bytes of the Kafka protocol and their meaning, as JSON lines');
  for (const way of ['decode', 'encode'] as const) {
    wire
      .command(way)
      .description(
        way === 'decode'
          ? 'lines with "hex" in, the same with "json" out'
          : 'lines with "json" in, the same with "hex" out',
      )
      .addHelpText(
        'after',
        `\nExample:\n  $ echo '{"api":"ApiVersions","type":"request","version":0,${way === 'decode' ? '"hex":""' : '"json":{}'}}' | flotilla wire ${way}`,
      )
      .action(async () => (await import('./commands/tools.ts')).wire(way));
  }
  return wire;
}

function logCommand(setExitCode: SetExitCode): Command {
  const log = new Command('log').description('files of a data directory');
  log
    .command('dump')
    .description('what segments, indexes, checkpoints and journals hold')
    .argument('<files...>')
    .option('-o, --output <format>', 'table or jsonl', choice('--output', ['table', 'jsonl']), 'table')
    .option('--records', 'every record of each batch')
    .addHelpText('after', '\nExample:\n  $ flotilla log dump flotilla-data/node-1/logs/*/*.log --records -o jsonl')
    .action(
      async (files: readonly string[], flags: { readonly output: 'table' | 'jsonl'; readonly records?: boolean }) => {
        const { logDump } = await import('./commands/tools.ts');
        setExitCode(await logDump(files, { output: flags.output, records: flags.records === true }));
      },
    );
  return log;
}

/** Listed here; `run.ts` hands it over before options are read. */
function chaosCommand(): Command {
  return new Command('chaos')
    .description('clusters under simulated and real faults: run, replay, live, mutants, explore')
    .argument('[arguments...]', '`flotilla chaos --help` tells them')
    .helpOption(false);
}

export function localCommands(setExitCode: SetExitCode): readonly Command[] {
  return [
    upCommand(setExitCode),
    downCommand(setExitCode),
    nodeCommand(setExitCode),
    wireCommand(),
    logCommand(setExitCode),
    chaosCommand(),
  ];
}
