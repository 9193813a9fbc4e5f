/**
 * The test suites, as vitest projects. `npm run check` runs them all; each has its own npm script.
 *
 *   unit         test/<room>/**          pure or on simulated ports, threads without isolation (the product has no module state)
 *   scripts      test/raft/*script*      golden scripts of the replication core; `UPDATE=1` rewrites them
 *   properties   *.property.test.ts      fast-check, fixed seed
 *   simulation   test/simulation/**      whole clusters under virtual time, test/chaos/workload too
 *   tools        tidy, arrows, lint      the tree itself
 *   e2e          test/e2e/**             real processes, one file after the other
 *   package      test/package/**         the tarball
 *
 * Nothing is retried, focused or skipped: a flaky test is a bug.
 */
import { defineConfig } from 'vitest/config';

const scripts = ['test/raft/*script*.test.ts', 'test/raft/scripts/**/*.test.ts'];
const tools = ['test/tidy.test.ts', 'test/arrows.test.ts', 'test/tools/**/*.test.ts'];
const properties = ['test/**/*.property.test.ts'];
const simulation = ['test/simulation/**/*.test.ts', 'test/chaos/workload/**/*.test.ts'];
const processes = ['test/e2e/**/*.test.ts'];
const tarball = ['test/package/**/*.test.ts'];
const shared = { pool: 'threads', isolate: false, testTimeout: 30_000 } as const;
const real = { pool: 'forks', isolate: true, fileParallelism: false, hookTimeout: 120_000 } as const;

// `defineConfig` is the shape vitest asks for, and a default export is where it looks.
export default defineConfig({
  test: {
    allowOnly: false,
    retry: 0,
    maxWorkers: 2,
    slowTestThreshold: 2000,
    coverage: { provider: 'v8', include: ['raft/**', 'storage/**', 'src/**', 'chaos/**'] },
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: [...scripts, ...tools, ...properties, ...simulation, ...processes, ...tarball],
          ...shared,
        },
      },
      { test: { name: 'scripts', include: scripts, ...shared } },
      { test: { name: 'properties', include: properties, exclude: simulation, ...shared, testTimeout: 120_000 } },
      { test: { name: 'simulation', include: simulation, ...shared, testTimeout: 240_000 } },
      { test: { name: 'tools', include: tools, ...shared, testTimeout: 60_000 } },
      { test: { name: 'e2e', include: processes, ...real, testTimeout: 120_000 } },
      { test: { name: 'package', include: tarball, ...real, testTimeout: 240_000 } },
    ],
  },
});
