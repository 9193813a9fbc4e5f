/**
 * All commands with their options, help and examples; each loads its code when it runs.
 */
import { Command } from 'commander';
import { VERSION } from '../version.ts';
import type { CliContext } from './context.ts';
import { choice, gather, wholeNumber } from './option-values.ts';
import { FORMATS } from './output.ts';
import type { Format } from './output.ts';
import { localCommands } from './program-local.ts';
import type { SetExitCode } from './program-local.ts';

type Options = Readonly<Record<string, never>>;
type Work = (context: CliContext, args: readonly string[], options: Options) => Promise<number | void>;

const DEFAULT_TIMEOUT_MS = 30_000;
const PARTITIONS_MAX = 100_000;

/** Adds what every command that talks to a cluster takes. */
function common(command: Command): Command {
  return command
    .option(
      '-b, --bootstrap <addresses>',
      'Kafka addresses host:port,… (default: FLOTILLA_BOOTSTRAP, else what `up` last started here)',
    )
    .option('-o, --output <format>', `${FORMATS.join(', ')}`, choice('--output', FORMATS), 'table' satisfies Format)
    .option('--timeout <milliseconds>', 'for one call', wholeNumber('--timeout', 1, 3_600_000), DEFAULT_TIMEOUT_MS);
}

function examples(command: Command, lines: readonly string[]): Command {
  return command.addHelpText('after', `\nExamples:\n${lines.map((line) => `  $ flotilla ${line}`).join('\n')}`);
}

function topicCommands(on: (command: Command, work: Work) => void): Command {
  const topic = new Command('topic').description('create, list, describe, delete and alter topics');
  const load = () => import('./commands/topic.ts');
  const create = common(topic.command('create').description('create a topic').argument('<name>'))
    .option(
      '-p, --partitions <count>',
      'default: num.partitions of the cluster',
      wholeNumber('--partitions', 1, PARTITIONS_MAX),
    )
    .option(
      '-r, --replication-factor <count>',
      'default: the smaller of 3 and the number of nodes',
      wholeNumber('--replication-factor', 1, 32),
    )
    .option('-c, --config <key=value>', 'a topic config; may be repeated', gather)
    .option('--if-not-exists', 'no failure when it is there');
  examples(create, [
    'topic create orders --partitions 6 --replication-factor 3 --config min.insync.replicas=2',
    'topic create ledger --config replication=quorum',
  ]);
  on(create, async (context, [name = ''], options) => (await load()).createTopic(context, name, options));
  const list = common(topic.command('list').description('list topics')).option('--internal', 'internal ones too');
  on(list, async (context, _args, options) => (await load()).listTopics(context, options));
  const describe = common(
    topic
      .command('describe')
      .description('partitions of a topic: leader, term, replicas, ISR, offsets, bytes')
      .argument('<name>'),
  );
  on(describe, async (context, [name = '']) => (await load()).describeTopic(context, name));
  const remove = common(topic.command('delete').description('delete a topic and its data').argument('<name>'));
  on(remove, async (context, [name = '']) => (await load()).deleteTopic(context, name));
  const alter = common(topic.command('alter').description('add partitions, change configs').argument('<name>'))
    .option('-p, --partitions <count>', 'so many afterwards', wholeNumber('--partitions', 1, PARTITIONS_MAX))
    .option('-c, --config <key=value>', 'set a config; may be repeated', gather)
    .option('--delete-config <key>', 'back to the default; may be repeated', gather);
  examples(alter, [
    'topic alter orders --partitions 12',
    'topic alter orders --config retention.ms=3600000 --delete-config flush',
  ]);
  on(alter, async (context, [name = ''], options) => (await load()).alterTopic(context, name, options));
  return topic;
}

function recordCommands(on: (command: Command, work: Work) => void): readonly Command[] {
  const produce = common(
    new Command('produce').description('each line of standard input becomes a record').argument('<topic>'),
  )
    .option('-k, --key <key>', 'of every record')
    .option('--key-separator <text>', 'a line is key, this, value')
    .option('-p, --partition <number>', 'default: by key, else anywhere', wholeNumber('--partition', 0, PARTITIONS_MAX))
    .option('-H, --header <key=value>', 'may be repeated', gather)
    .option('--acks <acks>', 'all, 1 or 0', choice('--acks', ['all', '1', '0']), 'all');
  examples(produce, ['produce orders --key k < lines.txt', 'seq 1000 | flotilla produce orders -o jsonl']);
  on(produce, async (context, [topic = ''], options) => {
    const { linesOf, produce: work } = await import('./commands/produce.ts');
    await work(context, topic, options, linesOf(process.stdin));
  });
  const consume = common(
    new Command('consume').description('print values; -o jsonl prints whole records').argument('<topic>'),
  )
    .option(
      '-f, --from <place>',
      'beginning, end, an offset, or a time such as 2026-01-31T12:00:00Z (default: beginning; with --follow: end)',
    )
    .option('-F, --follow', 'wait for more')
    .option('-p, --partition <number>', 'may be repeated (default: all)', gather)
    .option('-n, --max <count>', 'end after so many records', wholeNumber('--max', 1, Number.MAX_SAFE_INTEGER));
  examples(consume, ['consume orders --from beginning --follow', 'consume orders --partition 0 --from 120 -o jsonl']);
  on(consume, async (context, [topic = ''], options) =>
    (await import('./commands/consume.ts')).consume(context, topic, options),
  );
  return [produce, consume];
}

function clusterCommands(on: (command: Command, work: Work) => void): readonly Command[] {
  const load = () => import('./commands/cluster.ts');
  const cluster = new Command('cluster').description('how the cluster is');
  const status = common(
    cluster.command('status').description('nodes, controller, lag, what is wrong; exits 10 unless healthy'),
  ).option('-w, --watch [seconds]', 'again and again, until Ctrl-C', wholeNumber('--watch', 1, 3600));
  on(status, async (context, _args, options: { readonly watch?: number | true }) => {
    const { watch } = options;
    return (await load()).clusterStatus(context, watch === undefined ? {} : { watch: watch === true ? 1 : watch });
  });
  const quorum = common(
    cluster.command('quorum').description('the metadata group: role, term, offsets, lag of each node'),
  );
  on(quorum, async (context) => (await load()).clusterQuorum(context));
  const partition = new Command('partition').description('one partition');
  const describe = common(
    partition
      .command('describe')
      .description('the leader’s view of each replica, and why it is or is not in the ISR')
      .argument('<topic>')
      .argument('<index>', '', wholeNumber('<index>', 0, PARTITIONS_MAX)),
  );
  on(describe, async (context, [topic = '', index = '']) =>
    (await load()).describePartition(context, topic, Number(index)),
  );
  return [cluster, partitionActions(partition, on)];
}

/** Commands that change who leads a partition, or what is left of it. */
function partitionActions(partition: Command, on: (command: Command, work: Work) => void): Command {
  const load = () => import('./commands/partition.ts');
  const index = wholeNumber('<index>', 0, PARTITIONS_MAX);
  const elect = common(
    partition
      .command('elect')
      .description('have the preferred replica lead')
      .argument('<topic>')
      .argument('<index>', '', index),
  ).option('--unclean', 'where nobody leads: any live replica, although records may be lost');
  examples(elect, ['partition elect orders 0', 'partition elect orders 0 --unclean']);
  on(elect, async (context, [topic = '', at = ''], options) =>
    (await load()).electLeader(context, topic, Number(at), options),
  );
  const recover = common(
    partition
      .command('recover')
      .description('go on without the records that a damaged log has lost')
      .argument('<topic>')
      .argument('<index>', '', index),
  )
    .option('--accept-loss', 'cut the log before the damage; the damaged files are kept as *.damaged')
    .option('--node <id>', 'whose replica, if several have failed', wholeNumber('--node', 0, 2 ** 31 - 1));
  examples(recover, ['partition recover orders 0 --accept-loss']);
  on(recover, async (context, [topic = '', at = ''], options) =>
    (await load()).recoverPartition(context, topic, Number(at), options),
  );
  return partition;
}

function groupCommands(on: (command: Command, work: Work) => void): readonly Command[] {
  const load = () => import('./commands/group.ts');
  const group = new Command('group').description('consumer groups');
  on(common(group.command('list').description('all groups')), async (context) => (await load()).listGroups(context));
  on(
    common(group.command('describe').description('members, committed offsets, lag').argument('<group>')),
    async (context, [name = '']) => (await load()).describeGroup(context, name),
  );
  on(
    common(group.command('delete').description('delete an empty group').argument('<group>')),
    async (context, [name = '']) => (await load()).deleteGroup(context, name),
  );
  const config = new Command('config').description('settings');
  const shown = common(
    config
      .command('show')
      .description('effective values of a topic, a node or the cluster')
      .argument('<what>', 'topic, node or cluster')
      .argument('[name]'),
  );
  examples(shown, ['config show topic orders', 'config show node 1', 'config show cluster']);
  on(shown, async (context, [what = '', name]) =>
    (await import('./commands/config.ts')).showConfig(context, what, name),
  );
  config
    .command('describe')
    .description('all settings of a node: default, allowed values, meaning')
    .argument('[key]')
    .option('-o, --output <format>', `${FORMATS.join(', ')}`, choice('--output', FORMATS), 'table' satisfies Format)
    .action(async (key: string | undefined, options: { readonly output: Format }) => {
      const { describeConfig } = await import('./commands/config.ts');
      await describeConfig(options.output, key, (text) => void process.stdout.write(text));
    });
  return [group, config];
}

/** The whole program; `setExitCode` hears of codes other than failures. */
export function buildProgram(setExitCode: SetExitCode): Command {
  const on = (command: Command, work: Work): void => {
    command.action(async (...all: unknown[]) => {
      const { openContext } = await import('./open-context.ts');
      const options = command.opts();
      const context = openContext({
        output: options['output'] as Format,
        timeout: Number(options['timeout']),
        ...(options['bootstrap'] === undefined ? {} : { bootstrap: String(options['bootstrap']) }),
      });
      try {
        const args = all.slice(0, -2).map((arg) => (typeof arg === 'number' ? String(arg) : arg));
        const code = await work(context, args as readonly string[], options as Options);
        if (typeof code === 'number') setExitCode(code);
      } finally {
        context.access.close();
      }
    });
  };
  const program = new Command('flotilla')
    .description('A Raft-replicated message log that speaks the Kafka protocol')
    .version(VERSION)
    .showHelpAfterError('(see --help)')
    .exitOverride();
  const commands = [
    ...localCommands(setExitCode),
    topicCommands(on),
    ...recordCommands(on),
    ...clusterCommands(on),
    ...groupCommands(on),
  ];
  for (const command of commands) program.addCommand(command);
  inheritExit(program);
  return program;
}

/** Commander copies settings only to commands that it made itself. */
function inheritExit(command: Command): void {
  for (const each of command.commands) {
    each.copyInheritedSettings(command);
    inheritExit(each);
  }
}
