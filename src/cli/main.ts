#!/usr/bin/env node
/**
 * The `flotilla` command: reads the command line and hands over to one command, which is loaded only then, because a
 * cold command has 150 ms.
 */
import { runCli } from './run.ts';

process.exitCode = await runCli(process.argv.slice(2));
