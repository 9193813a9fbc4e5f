/** `flotilla wire decode | encode` and `flotilla log dump`: tools that need no cluster. */
import { NodeDisk } from '../../../storage/node-disk.ts';
import { dumpFiles } from '../../log-dump/index.ts';
import { WireTool } from '../../wire/tool.ts';
import { linesOf } from './produce.ts';

const WRITE_CHARACTERS = 1 << 16;

/** Writes when much has gathered, and at the end. */
class Gathered {
  #text = '';

  add(text: string): void {
    this.#text += text;
    if (this.#text.length > WRITE_CHARACTERS) this.flush();
  }

  flush(): void {
    if (this.#text !== '') process.stdout.write(this.#text);
    this.#text = '';
  }
}

/** JSON lines of standard input, answered on standard output. */
export async function wire(way: 'decode' | 'encode'): Promise<void> {
  const tool = new WireTool();
  const output = new Gathered();
  let number = 0;
  for await (const line of linesOf(process.stdin)) {
    number += 1;
    if (line.trim() === '') continue;
    output.add(`${way === 'decode' ? tool.decodeLine(line, number) : tool.encodeLine(line, number)}\n`);
  }
  output.flush();
}

/** Resolves to the exit code: 65 when a file was damaged or unknown. */
export async function logDump(
  paths: readonly string[],
  options: { readonly output: 'table' | 'jsonl'; readonly records: boolean },
): Promise<number> {
  const output = new Gathered();
  const code = await dumpFiles(paths, { ...options, disk: new NodeDisk() }, (text) => output.add(text));
  output.flush();
  return code;
}
