#!/usr/bin/env node
/**
 * The `flotilla` command: parses the command line and hands over to one command, which is loaded only then, because
 * a cold command has 150 ms. So far: `--version` and help.
 */
import { Command } from 'commander';
import { VERSION } from '../version.ts';

new Command('flotilla')
  .description('A Raft-replicated message log that speaks the Kafka protocol')
  .version(VERSION)
  .parse();
