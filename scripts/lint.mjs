/**
 * `npm run lint`: oxlint with type information over the whole tree, rules per folder in `.oxlintrc.json` and
 * `scripts/lint/plugin.js`. That the rules find what they should is tested in `test/tools/lint-rules.test.ts`.
 */
import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const oxlint = join(root, 'node_modules/oxlint/bin/oxlint');
const asked = process.argv.slice(2);
const { status } = spawnSync(process.execPath, [oxlint, '--type-aware', '--deny-warnings', ...asked], {
  cwd: root,
  stdio: 'inherit',
});
process.exit(status ?? 1);
