/**
 * The real `TopicPatterns`: re2js, a port of RE2 to JavaScript, loaded with the first expression (its 260 KB are nothing for the start).
 */
import type { TopicPatterns } from '../ports/index.ts';
import { compilePattern } from './compile-pattern.ts';

export class NodePatterns implements TopicPatterns {
  async compile(pattern: string): Promise<((name: string) => boolean) | null> {
    return compilePattern((await import('re2js')).RE2JS, pattern);
  }
}
