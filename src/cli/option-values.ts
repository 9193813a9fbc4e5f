/** Values of options, checked when the command line is read: a bad one is bad usage, and says what is allowed. */
import { CliError, EXIT } from './exit-code.ts';

/** A whole number from `least` to `most`. */
export function wholeNumber(name: string, least: number, most: number): (text: string) => number {
  return (text) => {
    const value = /^-?\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    throw new CliError(EXIT.usage, `${name}: "${text}" is not a whole number from ${least} to ${most}`);
  };
}

/** One of `choices`. */
export function choice<const Choice extends string>(
  name: string,
  choices: readonly Choice[],
): (text: string) => Choice {
  return (text) => {
    const found = choices.find((each) => each === text);
    if (found !== undefined) return found;
    throw new CliError(EXIT.usage, `${name}: "${text}" is none of ${choices.join(', ')}`);
  };
}

/** Gathers a repeated option. */
export function gather(text: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), text];
}

/** Gathers repeated `key=value`. */
export function keyValues(texts: readonly string[], option: string): Readonly<Record<string, string>> {
  const pairs = texts.map((text) => {
    const at = text.indexOf('=');
    if (at <= 0) throw new CliError(EXIT.usage, `${option}: "${text}" is not key=value`);
    return [text.slice(0, at), text.slice(at + 1)] as const;
  });
  return Object.fromEntries(pairs);
}
