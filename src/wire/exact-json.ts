/**
 * JSON whose whole numbers keep every digit.
 *
 * int64 goes beyond 2^53, where `JSON.parse` loses digits. Here such numbers are bigints in the parsed value, and are
 * written as plain JSON numbers again.
 */

/** A string, which is skipped, or a number. */
const TOKENS = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/g;
const LONG_NUMBER = /^-?\d{16,}$/;
/** Marks a string that stands for a long number while `JSON.parse` is at work: a private-use character that no message holds. */
const MARK = '\uE000#';

/** Parses one JSON text; whole numbers of 16 digits or more become bigints. Throws SyntaxError like `JSON.parse`. */
export function parseExactJson(text: string): unknown {
  const marked = text.replace(TOKENS, (token) => (LONG_NUMBER.test(token) ? `"${MARK}${token}"` : token));
  return JSON.parse(marked, (_key, value: unknown) =>
    typeof value === 'string' && value.startsWith(MARK) && LONG_NUMBER.test(value.slice(MARK.length))
      ? BigInt(value.slice(MARK.length))
      : value,
  );
}

/** Writes `value` as JSON on one line; bigints as numbers. `undefined` members are left out. */
export function printExactJson(value: unknown): string {
  if (typeof value === 'bigint') return value.toString();
  if (Object.is(value, -0)) return '-0.0';
  if (Array.isArray(value)) return `[${value.map((item) => printExactJson(item)).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).filter(([, member]) => member !== undefined);
    return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${printExactJson(member)}`).join(',')}}`;
  }
  return JSON.stringify(value);
}
