/** What topic names may be (Kafka's rule): 1 to 249 of letters, digits, '.', '_' and '-', but not '.' or '..'. */
const LEGAL = /^[a-zA-Z0-9._-]+$/;
const LENGTH_MAX = 249;

/** Why `name` is no topic name, or null. */
export function invalidTopicName(name: string): string | null {
  if (name.length === 0) return 'a topic name must not be empty';
  if (name === '.' || name === '..') return `a topic cannot be named '${name}'`;
  if (name.length > LENGTH_MAX) return `a topic name has at most ${LENGTH_MAX} characters, this one has ${name.length}`;
  return LEGAL.test(name) ? null : 'a topic name consists of letters, digits, ".", "_" and "-"';
}
