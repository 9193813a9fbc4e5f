/**
 * A vitest reporter that writes, per project, how many tests passed, failed and were skipped, as JSON to the file
 * named by `FLOTILLA_TEST_SUMMARY`: what `scripts/check.mjs` adds up. Errors outside of tests count as failures.
 */
import { writeFileSync } from 'node:fs';

/** vitest constructs what the module exports by default. */
export default class TestSummary {
  onTestRunEnd(modules, errors) {
    const projects = {};
    for (const module of modules) {
      const sum = (projects[module.project.name] ??= { files: 0, passed: 0, failed: 0, skipped: 0, milliseconds: 0 });
      sum.files += 1;
      sum.milliseconds += module.diagnostic().duration;
      if (module.errors().length > 0) sum.failed += 1;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        sum[state === 'passed' || state === 'failed' ? state : 'skipped'] += 1;
      }
    }
    const path = process.env['FLOTILLA_TEST_SUMMARY'];
    if (path !== undefined) writeFileSync(path, JSON.stringify({ projects, errors: errors.length }));
  }
}
