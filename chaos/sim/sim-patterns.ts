/** The simulated `TopicPatterns`: the real engine, there from the start, so that no file is read while time stands still. */
import { RE2JS } from 're2js';
import type { TopicPatterns } from '../../src/ports/index.ts';
import { compilePattern } from '../../src/runtime/compile-pattern.ts';

export class SimPatterns implements TopicPatterns {
  compile(pattern: string): Promise<((name: string) => boolean) | null> {
    return Promise.resolve(compilePattern(RE2JS, pattern));
  }
}
