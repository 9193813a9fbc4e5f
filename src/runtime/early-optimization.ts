/**
 * How soon V8 turns code that runs often into machine code.
 *
 *   a function runs ──budget of executed bytecode used up──▶ compiled on another thread, with the types seen so far
 *
 * V8's own budget is made for web pages, whose code runs a few times. A broker's path of one record runs for ever, in
 * a few hundred functions: with V8's budget a node spends its first ten thousand records in the interpreter. Measured
 * on two cores, three nodes just started, one record in flight (3,000 of 200 B, acks=all, always): p50 1.6 → 1.2 ms,
 * p99 8 → 6 ms, CPU of the nodes 7.5 → 4.4 s. A stream that starts cold pays for it with 3 s/GB in its first 200 MB
 * (11.6 → 14.5): the compilers run beside it. Smaller budgets compile more and gain no more. Nothing changes once warm.
 */
import { setFlagsFromString } from 'node:v8';

/** Bytes of bytecode; V8's own is 132 KiB. */
const BUDGET_BYTES = 10_000;

/** For the whole process, from now on. After the start, which would pay for code that runs only once. */
export function optimizeEarly(): void {
  setFlagsFromString(`--interrupt-budget=${BUDGET_BYTES}`);
}
