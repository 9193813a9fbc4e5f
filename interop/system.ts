/** What the clients are pointed at: a cluster that runs already, or three nodes of this build, started and ended here. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';

export interface System {
  readonly name: 'flotilla' | 'kafka';
  readonly bootstrap: string;
  close(): Promise<void>;
}

export function running(name: System['name'], bootstrap: string): System {
  return { name, bootstrap, close: () => Promise.resolve() };
}

/** As Kafka's clients' own suites set it: a group does not wait for more members. */
const SETTINGS = ['group.initial.rebalance.delay.ms=0'];

/** Rejects with what `up` said when it does not come up. */
export function startFlotilla(basePort: number): Promise<System> {
  const program = join(process.cwd(), 'dist', 'bin', 'flotilla.js');
  const settings = SETTINGS.flatMap((setting) => ['--config', setting]);
  const child = spawn(
    process.execPath,
    [program, 'up', '--temp', '--base-port', String(basePort), '-o', 'json', ...settings],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  return new Promise((resolve, reject) => {
    let out = '';
    let errors = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text;
      const line = out.split('\n').find((each) => each.includes('"bootstrap"'));
      if (line === undefined || !out.endsWith('\n')) return;
      const { bootstrap } = JSON.parse(line) as { readonly bootstrap: string };
      const close = (): Promise<void> => {
        child.kill('SIGTERM');
        return ended;
      };
      resolve({ name: 'flotilla', bootstrap, close });
    });
    child.once('close', (code) => reject(new Error(`flotilla up ended with ${code}: ${errors}`)));
  });
}
