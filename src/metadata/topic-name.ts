/**
 * Which topic names are allowed: Kafka's rules, also what keeps a name safe as a file name.
 */

const LENGTH_MAX = 249;

/** Null when allowed; else a reason that names the rule. */
export function invalidTopicName(name: string): string | null {
  if (name.length === 0) return 'a topic name must not be empty';
  if (name === '.' || name === '..') return `a topic name must not be '.' or '..'`;
  if (name.length > LENGTH_MAX) return `a topic name has at most ${LENGTH_MAX} characters, this one ${name.length}`;
  if (!/^[a-zA-Z0-9._-]+$/.test(name))
    return `a topic name holds only letters, digits, '.', '_' and '-', not '${name}'`;
  return null;
}

/** Names that differ only in '.' and '_' collide in metric names and may not live side by side. */
export function collisionKey(name: string): string {
  return name.replaceAll('.', '_');
}
