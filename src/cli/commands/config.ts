/** `flotilla config show topic|node|cluster` and `flotilla config describe [key]`. */
import type { SettingView } from '../../admin/index.ts';
import { describeSettings } from '../../config/index.ts';
import { unknownName } from '../cluster-access.ts';
import type { CliContext } from '../context.ts';
import { show } from '../context.ts';
import { CliError, EXIT } from '../exit-code.ts';
import { table } from '../output.ts';
import type { Format } from '../output.ts';
import { render } from '../output.ts';
import { nearest } from '../../config/index.ts';

/** One effective value and where it comes from. */
interface Entry {
  readonly key: string;
  readonly value: string | null;
  readonly source: string;
}

async function entriesOf(context: CliContext, what: string, name: string | undefined): Promise<readonly Entry[]> {
  const { access } = context;
  if (what === 'cluster') return access.admin.describeConfigs({ kind: 'broker', node: null });
  if (name === undefined) throw new CliError(EXIT.usage, `config show ${what}: which ${what}?`);
  if (what === 'topic') {
    await access.requireTopic(name);
    return access.admin.describeConfigs({ kind: 'topic', name });
  }
  if (what !== 'node') throw new CliError(EXIT.usage, `config show ${what}: allowed are topic, node, cluster`);
  const { brokers } = await access.status();
  const broker = brokers.find(({ node }) => String(node) === name);
  if (broker === undefined)
    throw unknownName(
      'node',
      name,
      brokers.map(({ node }) => String(node)),
    );
  const settings = (await access.get(broker.admin, '/v1/config')) as readonly SettingView[];
  return settings.map(({ key, value, place }) => ({ key, value, source: place }));
}

export async function showConfig(context: CliContext, what: string, name: string | undefined): Promise<void> {
  const entries = await entriesOf(context, what, name);
  const items = entries.map(({ key, value, source }) => ({ key, value, source }));
  const rows = items.map(({ key, value, source }) => [key, value, source]);
  await show(context, { value: items, items, table: () => table(['key', 'value', 'source'], rows) });
}

/** All settings of a node, or one: asks nobody. */
export async function describeConfig(
  format: Format,
  key: string | undefined,
  write: (text: string) => void,
): Promise<void> {
  const all = describeSettings();
  const items = key === undefined ? all : all.filter((setting) => setting.key === key);
  if (items.length === 0 && key !== undefined) {
    const candidate = nearest(
      key,
      all.map((setting) => setting.key),
    );
    throw new CliError(
      EXIT.data,
      `there is no setting "${key}"`,
      candidate === null ? '`flotilla config describe` shows all' : `did you mean ${candidate}?`,
    );
  }
  const rows = items.map((setting) => [
    setting.key,
    setting.default === '' ? null : setting.default,
    setting.allowed,
    setting.doc,
  ]);
  write(
    await render({ value: items, items, table: () => table(['key', 'default', 'allowed', 'meaning'], rows) }, format),
  );
}
