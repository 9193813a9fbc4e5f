#!/usr/bin/env node
/**
 * The `flotilla` command: reads the command line and hands over to one command, which is loaded only then, because a
 * cold command has 150 ms.
 */
import { runCli } from './run.ts';

// Not awaited at the top: the bundle is a CommonJS module, which starts 10 ms sooner.
void runCli(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
