/**
 * `chaos replay FILE`: runs the decisions of a file again, says whether it still fails, and draws it.
 *
 * Exit code 0: it does not fail any more; 1: it fails; 64: the file is not one.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { inWords } from '../checkers/index.ts';
import { campaign } from '../nemesis/index.ts';
import type { CampaignResult, CampaignShape } from '../nemesis/index.ts';
import { pageOf, Recorder } from '../report/index.ts';
import { describeDecision, readReplay } from '../schedule/index.ts';
import type { ReplayFile } from '../schedule/index.ts';
import { buildId } from './build-id.ts';
import { parsed, readOutput, UsageError } from './options.ts';
import { EXIT } from './run.ts';

export async function replay(args: readonly string[]): Promise<number> {
  const values = parsed(args, { html: { type: 'string' }, output: { type: 'string', short: 'o' } }, 1);
  const [path, ...more] = values['positionals'] as readonly string[];
  if (path === undefined || more.length > 0) throw new UsageError('one replay file: chaos replay fail-8f3a.json');
  const json = readOutput(values['output'] as string | undefined);
  const file = readFile(path);
  const commit = buildId();
  const say = (text: string): void => void process.stderr.write(`${text}\n`);
  if (file.commit !== commit)
    say(`${path} is of build ${file.commit}, this is ${commit}: decisions may not fit any more`);
  const html = values['html'] as string | undefined;
  let recorder: Recorder | null = null;
  const result = await campaign({
    seed: file.seed,
    shape: file.shape as CampaignShape,
    decisions: file.decisions,
    onStage: (stage) => {
      if (html !== undefined) recorder = new Recorder(stage);
    },
  });
  for (const { index, decision, event, reason } of result.misfits)
    say(`decision ${index} (${describeDecision(decision)}) does not fit any more at event ${event}: ${reason}`);
  const { failure, hash, decisions, misfits } = result;
  if (html !== undefined) draw(html, recorder, file, result);
  const isSame = failure?.invariant === file.invariant;
  if (json) {
    const violation = failure === null ? null : { invariant: failure.invariant, text: failure.text };
    const report = { seed: file.seed, hash, isSame, violation, decisions: decisions.length, misfits: misfits.length };
    process.stdout.write(`${JSON.stringify(report)}\n`);
  } else process.stdout.write(`${tell(file, result)}\n`);
  return failure === null ? EXIT.nothing : EXIT.violation;
}

function readFile(path: string): ReplayFile {
  let text = '';
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new UsageError(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
  const file = readReplay(text);
  if (typeof file === 'string') throw new UsageError(`${path}: ${file}`);
  return file;
}

function draw(path: string, recorder: Recorder | null, file: ReplayFile, result: CampaignResult): void {
  if (recorder === null) return;
  const notes = [
    `build ${buildId()}, profile ${file.profile}, trace ${result.hash}`,
    result.failure === null ? 'nothing failed' : inWords(result.failure.invariant),
  ];
  try {
    writeFileSync(path, pageOf(recorder.picture(result, `Flotilla, seed ${file.seed}`, notes)));
  } catch (error) {
    throw new UsageError(`${path} cannot be written: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
  process.stderr.write(`${path} shows it: open it in a browser\n`);
}

function tell(file: ReplayFile, { failure, hash, virtualMs }: CampaignResult): string {
  const trace = `trace ${hash}${hash === file.hash ? ', as in the file' : `, in the file ${file.hash}`}`;
  if (failure === null) return `it does not fail: ${(virtualMs / 1000).toFixed(1)} virtual seconds, ${trace}`;
  return [
    `it fails at ${failure.at.toFixed(1)} virtual ms, ${trace}`,
    `  ${inWords(failure.invariant)}`,
    `  ${failure.text}`,
    ...(failure.invariant === file.invariant
      ? []
      : [`another invariant than in the file, which was ${file.invariant}`]),
  ].join('\n');
}
