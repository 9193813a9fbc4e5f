#!/usr/bin/env node
/**
 * The process of one node: what `flotilla up` starts three times and `flotilla node` runs. The node itself is not
 * wired to it yet, and it says so instead of pretending to serve.
 */
console.error('flotilla: this build has no node to run yet');
process.exitCode = 69;
export {};
