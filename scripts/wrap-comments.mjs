/**
 * `npm run format`, second part: breaks comment lines that are wider than tidy allows, which the formatter
 * leaves alone. Nothing else is touched: pictures and tables are narrower.
 *
 *   node scripts/wrap-comments.mjs [file…]      default: the whole tree
 */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const rooms = ['raft', 'storage', 'src', 'chaos', 'test', 'bench', 'fuzz', 'interop', 'scripts'];
/** Wrapped to. */
const WIDTH = 120;
/** Wrapped when wider; what `test/tidy.test.ts` allows. */
const WIDTH_MAX = 140;

function sources() {
  return rooms.flatMap((room) =>
    readdirSync(join(root, room), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.(ts|mjs)$/.test(name) && !/(^|\/)(generated|fixtures)\//.test(name))
      .map((name) => join(room, name)),
  );
}

/** Words of `text` in lines that fit behind `prefix`. */
function wrap(prefix, text) {
  const lines = [];
  let line = prefix;
  for (const word of text.split(' ')) {
    if (line !== prefix && line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = prefix;
    }
    line += line === prefix ? word : ` ${word}`;
  }
  return [...lines, line];
}

function wrapLine(line) {
  if (line.length <= WIDTH_MAX) return [line];
  const single = /^(\s*)\/\*\* (.*) \*\/$/.exec(line);
  if (single) return [`${single[1]}/**`, ...wrap(`${single[1]} * `, single[2]), `${single[1]} */`];
  const inner = /^(\s*)(\*|\/\/) (\s*(?:- |@\w+ \w+ )?)(.*)$/.exec(line);
  if (!inner || inner[4].endsWith('*/')) return [line];
  const [, indent, mark, lead, text] = inner;
  const [first, ...rest] = wrap(`${indent}${mark} ${' '.repeat(lead.startsWith('@') ? 2 : lead.length)}`, text);
  return [`${indent}${mark} ${lead}${first.trimStart().slice(mark.length).trimStart()}`, ...rest];
}

const asked = process.argv.slice(2);
for (const path of asked.length > 0 ? asked : sources()) {
  const before = readFileSync(resolve(root, path), 'utf8');
  const after = before.split('\n').flatMap(wrapLine).join('\n');
  if (after !== before) writeFileSync(resolve(root, path), after);
}
