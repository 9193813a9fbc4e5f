/**
 * Golden scripts: a story told in commands, with what the cluster did below each.
 *
 *   # goal: …            a block is commands, `----`, what they print; blocks are separated by blank lines
 *   propose 1 2
 *   ----
 *   1→2 append …
 *
 * `UPDATE=1` writes what was printed; only a difference that is understood may be committed.
 */
import { commands } from './commands/index.ts';
import { Session } from './session.ts';

export interface Block {
  readonly comments: readonly string[];
  readonly commands: readonly string[];
  readonly expected: string;
}

export function parseScript(text: string): Block[] {
  const blocks = text.trim().split(/\n\n+/);
  return blocks.map((block) => {
    const lines = block.split('\n');
    const comments = lines.filter((line) => line.startsWith('#'));
    const rest = lines.filter((line) => !line.startsWith('#'));
    const cut = rest.indexOf('----');
    const spoken = cut < 0 ? rest : rest.slice(0, cut);
    return { comments, commands: spoken, expected: cut < 0 ? '' : rest.slice(cut + 1).join('\n') };
  });
}

/** Runs every block in one session and returns them with what they printed. */
export function runScript(blocks: readonly Block[]): Block[] {
  const session = new Session();
  return blocks.map((block) => {
    for (const line of block.commands) {
      const [name = '', ...args] = line.trim().split(/\s+/);
      const command = commands[name];
      if (command === undefined) throw new Error(`unknown command ${name}`);
      command(session, args);
    }
    session.collect();
    return { ...block, expected: block.commands.length === 0 ? '' : session.take() };
  });
}

export function formatScript(blocks: readonly Block[]): string {
  const text = blocks.map(({ comments, commands: spoken, expected }) => {
    const body = spoken.length === 0 ? [] : [...spoken, '----', expected];
    return [...comments, ...body].join('\n');
  });
  return `${text.join('\n\n')}\n`;
}

/** What is wrong with a script's header; null when nothing is. */
export function invalidHeader(blocks: readonly Block[]): string | null {
  const comments = blocks[0]?.comments ?? [];
  if (!comments.some((line) => line.startsWith('# goal: '))) return 'the header names no goal';
  return comments.some((line) => line.startsWith('# story: ')) ? null : 'the header tells no story';
}
