/**
 * Generates `src/peer/generated/<name>.js` and `.d.ts` from `proto/<name>.proto` with protobufjs-cli.
 *
 *   node scripts/proto.mjs           writes them (they are checked in, so that a build needs no generator)
 *   node scripts/proto.mjs --check   fails when what is checked in is not what the sources give
 *
 * What protobufjs generates is changed in four places, each an exact pattern:
 *   - int64 values become numbers (`--force-number` changes the declared types only; at run time they stay `Long`);
 *     above 2^53 they lose digits, so the gate that checks a message must ask for safe integers;
 *   - the root object is local to the file instead of registered in a table shared by the whole process;
 *   - a decoder does not name which field of a oneof it found: the setter behind that name deletes the other fields, which
 *     makes the object a dictionary and everything that reads it slow;
 *   - there is no default export.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const target = join(root, 'src/peer/generated');
const options = ['-t', 'static-module', '-w', 'esm', '--force-number', '-r', 'flotilla', '--no-create', '--no-verify'];
const leanness = ['--no-delimited', '--no-convert', '--no-typeurl', '--no-service', '--dts'];
const note = (name) => `// Generated from proto/${name}.proto by \`npm run proto\`. Do not edit.\n`;

const toNumber = `
// int64 fields are numbers; callers check for safe integers.
const $number = (value) => typeof value === "object" ? value.toNumber() : value;
`;

/** Replaces every match of `pattern`, and insists that there is one when `needed`. */
function change(text, pattern, replacement, needed) {
  if (needed && !pattern.test(text))
    throw new Error(`the generated code no longer contains ${pattern}: mend scripts/proto.mjs`);
  pattern.lastIndex = 0;
  return text.replace(pattern, replacement);
}

function adaptCode(name, text) {
  let code = text.replace(/^\/\*eslint-disable[^\n]*\n/, '').replace(/\n\s*\/\*\*[\s\S]*?\*\//g, '');
  code = change(code, /\$protobuf\.roots\["flotilla"\] \|\| \(\$protobuf\.roots\["flotilla"\] = \{\}\)/g, '{}', true);
  // The setter of a oneof deletes its other fields, which turns each decoded object into a slow one.
  code = change(code, /\n\s*message\.\w+ = "\w+";(?=\n\s*continue;)/g, '', false);
  code = change(code, /\nexport \{\s*\$root as default\s*\};?\n?/g, '', true);
  code = change(code, /\$util\.Long \? \$util\.Long\.fromBits\([^)]*\) : (-?\d+)/g, '$1', false);
  code = change(code, /reader\.((?:u|s)?int64|s?fixed64)\(\)/g, '$$number(reader.$1())', false);
  code = change(code, /(?=\n\/\/ Exported root namespace)/g, toNumber, true);
  if (/reader\.(?:(?:u|s)?int64|s?fixed64)s\(/.test(code))
    throw new Error('packed int64 fields decode to Long: use a message or double');
  return `${note(name)}${code.trimEnd()}\n`;
}

function adaptTypes(name, text) {
  return `${note(name)}${text.replace(/^import Long = require\("long"\);\n/m, '').trimEnd()}\n`;
}

/** File name → content, for all sources. */
function generate() {
  const scratch = mkdtempSync(join(tmpdir(), 'flotilla-proto-'));
  try {
    const outputs = new Map();
    for (const file of readdirSync(join(root, 'proto'))
      .filter((each) => each.endsWith('.proto'))
      .sort()) {
      const name = file.slice(0, -'.proto'.length);
      const out = join(scratch, `${name}.js`);
      const pbjs = join(root, 'node_modules/protobufjs-cli/bin/pbjs');
      execFileSync(process.execPath, [pbjs, ...options, ...leanness, '-o', out, join('proto', file)], { cwd: root });
      outputs.set(`${name}.js`, adaptCode(name, readFileSync(out, 'utf8')));
      outputs.set(`${name}.d.ts`, adaptTypes(name, readFileSync(join(scratch, `${name}.d.ts`), 'utf8')));
    }
    return outputs;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function staleFiles(outputs) {
  const present = existsSync(target) ? readdirSync(target) : [];
  const wrong = [...outputs].filter(([name, text]) => {
    const path = join(target, name);
    return !existsSync(path) || readFileSync(path, 'utf8') !== text;
  });
  return [...wrong.map(([name]) => name), ...present.filter((name) => !outputs.has(name))];
}

const outputs = generate();
const stale = staleFiles(outputs);
if (!process.argv.includes('--check')) {
  mkdirSync(target, { recursive: true });
  for (const name of stale) rmSync(join(target, name), { force: true });
  for (const [name, text] of outputs) writeFileSync(join(target, name), text);
  console.log(`src/peer/generated: ${outputs.size} files, ${stale.length} changed`);
} else if (stale.length > 0) {
  console.error(
    `src/peer/generated is not what proto/ gives (${stale.join(', ')}): run \`npm run proto\` and commit the result`,
  );
  process.exit(1);
} else {
  console.log(`src/peer/generated is fresh (${outputs.size} files)`);
}
