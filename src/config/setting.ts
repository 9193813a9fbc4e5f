/**
 * The form of one node setting: what it is called, what it may be, what it means. The table is in `settings.ts`.
 */
export type SettingKind =
  | {
      readonly kind: 'whole';
      readonly least: number;
      readonly most: number;
      readonly unit: 'ms' | 'bytes' | 'count' | 'port' | 'id';
    }
  | { readonly kind: 'text'; readonly allowed: string }
  | { readonly kind: 'choice'; readonly choices: readonly string[] }
  | { readonly kind: 'flag' }
  | { readonly kind: 'list'; readonly allowed: string };

export interface Setting {
  readonly kind: SettingKind;
  /** As text; null: none (the setting may be absent). */
  readonly default: string | null;
  readonly doc: string;
}

export type SettingValue = number | string | boolean | readonly string[] | null;

const UNIT_HINTS = {
  ms: ' (milliseconds)',
  bytes: ' (bytes; KiB, MiB or GiB may follow the number)',
  count: '',
  port: '',
  id: '',
} as const;

/** What a value may be, for messages and help. */
export function describeAllowed(kind: SettingKind): string {
  switch (kind.kind) {
    case 'whole':
      return `a whole number from ${kind.least} to ${kind.most}${UNIT_HINTS[kind.unit]}`;
    case 'text':
      return kind.allowed;
    case 'choice':
      return kind.choices.map((choice) => `"${choice}"`).join(', ');
    case 'flag':
      return 'true or false';
    case 'list':
      return kind.allowed;
  }
}

const BYTES = /^(\d+)\s*(kib|mib|gib)$/i;
const MULTIPLES: Readonly<Record<string, number>> = { kib: 1024, mib: 1024 ** 2, gib: 1024 ** 3 };

function wholeOf(text: string, unit: string): number {
  const match = unit === 'bytes' ? BYTES.exec(text) : null;
  if (match === null) return /^-?\d+$/.test(text) ? Number(text) : Number.NaN;
  return Number(match[1]) * (MULTIPLES[(match[2] ?? '').toLowerCase()] ?? Number.NaN);
}

/** Reads one value; a string in `reason` says what is allowed instead. */
export function parseSetting(
  kind: SettingKind,
  text: string,
): { readonly value: SettingValue } | { readonly reason: string } {
  const refused = { reason: describeAllowed(kind) };
  switch (kind.kind) {
    case 'whole': {
      const value = wholeOf(text, kind.unit);
      return Number.isSafeInteger(value) && value >= kind.least && value <= kind.most ? { value } : refused;
    }
    case 'text':
      return text.length > 0 ? { value: text } : refused;
    case 'choice':
      return kind.choices.includes(text) ? { value: text } : refused;
    case 'flag':
      return text === 'true' || text === 'false' ? { value: text === 'true' } : refused;
    case 'list': {
      const items = text.split(',').map((item) => item.trim());
      return items.every((item) => item.length > 0) ? { value: items } : refused;
    }
  }
}
