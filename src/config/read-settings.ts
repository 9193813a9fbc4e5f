/**
 * Settings from where they are written: a file (flat keys or nested ones), FLOTILLA_* variables over it, flags over
 * these. Every key is checked; a problem names key, value, place, and what is allowed.
 */
import { nearest } from './nearest.ts';
import { describeAllowed, parseSetting } from './setting.ts';
import type { Setting, SettingValue } from './setting.ts';
import { SETTINGS } from './settings.ts';
import type { SettingKey } from './settings.ts';

/** One value as it was written, and where: shown in messages. */
interface Written {
  readonly key: string;
  readonly text: string;
  readonly place: string;
}

export interface SettingSources {
  /** Parsed YAML of the configuration file, or null without one. */
  readonly file: { readonly name: string; readonly content: unknown } | null;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** `key=value` of -X / --config, and of flags that stand for a key; the last one of a key wins. */
  readonly flags: readonly string[];
}

export type Settings = Readonly<Record<SettingKey, SettingValue>>;
export type SettingsResult =
  | { readonly kind: 'settings'; readonly settings: Settings; readonly places: ReadonlyMap<string, string> }
  | { readonly kind: 'invalid'; readonly problems: readonly string[] };

const PREFIX = 'FLOTILLA_';
/** Variables of the CLI, not of a node. */
const NOT_SETTINGS = ['FLOTILLA_BOOTSTRAP', 'FLOTILLA_HOME'];

function variableOf(key: string): string {
  return PREFIX + key.toUpperCase().replaceAll('.', '_');
}

function flatten(content: unknown, prefix: string, place: string, into: Written[]): string | null {
  if (content === null || content === undefined) return null;
  if (typeof content !== 'object' || Array.isArray(content)) {
    const text = Array.isArray(content) ? content.join(',') : `${content as string | number | boolean}`;
    into.push({ key: prefix, text, place });
    return null;
  }
  for (const [key, value] of Object.entries(content)) {
    const problem = flatten(value, prefix === '' ? key : `${prefix}.${key}`, place, into);
    if (problem !== null) return problem;
  }
  return null;
}

function written(sources: SettingSources): { readonly all: readonly Written[]; readonly problems: readonly string[] } {
  const all: Written[] = [];
  const problems: string[] = [];
  if (sources.file !== null) {
    const { name, content } = sources.file;
    if (content !== null && (typeof content !== 'object' || Array.isArray(content))) {
      problems.push(`${name}: expected keys and values, such as "node.id: 1"`);
    } else flatten(content, '', name, all);
  }
  const variables = new Map(Object.keys(SETTINGS).map((key) => [variableOf(key), key]));
  for (const [name, text] of Object.entries(sources.environment)) {
    if (!name.startsWith(PREFIX) || text === undefined || NOT_SETTINGS.includes(name)) continue;
    const key = variables.get(name);
    if (key === undefined) problems.push(`unknown variable ${name}${didYouMean(name, [...variables.keys()])}`);
    else all.push({ key, text, place: name });
  }
  for (const flag of sources.flags) {
    const at = flag.indexOf('=');
    if (at <= 0) problems.push(`--config ${flag}: expected key=value`);
    else all.push({ key: flag.slice(0, at), text: flag.slice(at + 1), place: '--config' });
  }
  return { all, problems };
}

function didYouMean(name: string, known: readonly string[]): string {
  const candidate = nearest(name, known);
  return candidate === null ? '' : `; did you mean ${candidate}?`;
}

function isKey(key: string): key is SettingKey {
  return Object.hasOwn(SETTINGS, key);
}

/** Reads and checks everything; all problems at once. */
export function readSettings(sources: SettingSources): SettingsResult {
  const { all, problems: found } = written(sources);
  const problems = [...found];
  const values = new Map<SettingKey, SettingValue>();
  const places = new Map<string, string>();
  for (const { key, text, place } of all) {
    if (!isKey(key)) {
      problems.push(`${place}: unknown setting "${key}"${didYouMean(key, Object.keys(SETTINGS))}`);
      continue;
    }
    const parsed = parseSetting(SETTINGS[key].kind, text);
    if ('reason' in parsed) problems.push(`${place}: ${key} is "${text}"; allowed is ${parsed.reason}`);
    else {
      values.set(key, parsed.value);
      places.set(key, place);
    }
  }
  const settings: Record<string, SettingValue> = {};
  for (const [key, setting] of Object.entries(SETTINGS) as readonly (readonly [SettingKey, Setting])[]) {
    settings[key] = values.get(key) ?? defaultOf(setting);
  }
  if (problems.length > 0) return { kind: 'invalid', problems };
  return { kind: 'settings', settings: settings as Settings, places };
}

function defaultOf(setting: Setting): SettingValue {
  if (setting.default === null) return null;
  const parsed = parseSetting(setting.kind, setting.default);
  return 'value' in parsed ? parsed.value : null;
}

/** A table of all settings for help and the README: key, default, allowed, doc. */
export function describeSettings(): readonly {
  readonly key: string;
  readonly default: string;
  readonly allowed: string;
  readonly doc: string;
}[] {
  return (Object.entries(SETTINGS) as readonly (readonly [string, Setting])[]).map(([key, setting]) => ({
    key,
    default: setting.default ?? '',
    allowed: describeAllowed(setting.kind),
    doc: setting.doc,
  }));
}
