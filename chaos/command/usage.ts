/**
 * The help text of `flotilla chaos`: commands, options, exit codes, examples. Kept by hand, because the options of a command are read
 * by the command (`options.ts`).
 */
import { EXPLORE_USAGE } from '../explore/command.ts';
import { LIVE_USAGE } from '../live/command.ts';

export const USAGE = `flotilla chaos [run]              random seeds: clusters, workloads and faults, all invariants checked
  --minutes M                    for so long (default 10), from a random seed on
  --seeds N [--from HEX]         so many, from seed 1 (or HEX) on
  --seed HEX                     one; prints its trace hash, the same on every machine
  --profile P                    default network disk clock membership transactions powerloss upgrade beyond
  --faults a,b                   only these faults        --nodes N   1 to 7        --ms N   virtual milliseconds of faults
  --shape JSON                   what is not drawn, such as {"flush":"os"}
  --jobs N                       processes (default: all cores)
  --twice                        every seed in two processes (else one in 25): the trace must be the same
  --stop                         end with the first violation        --no-shrink   --no-canaries   --quiet
  --out DIR                      where fail-SEED.json goes (default .)
  -o json                        last line: {"seeds","simulatedHours","coreSeconds","faults","markersReached","markersTotal","violations"}

flotilla chaos replay FILE        run the decisions of a failing seed again
  --html FILE                    as a picture: a lane for each node, faults, operations, messages; works offline

flotilla chaos mutants [ID …]     plants known bugs in copies of this build, and runs seeds until one is red
  --seeds N                      at most, for each (default 1000)      --jobs N   bugs at a time
  --swarm                        seeds draw all faults themselves, instead of those that make the bug likely
  --canaries                     only the few that every campaign runs
  -o json                        [{"id","name","caught","seeds","invariant","seed","hinted"}]

${LIVE_USAGE}

${EXPLORE_USAGE}

flotilla chaos check              what \`npm test\` runs: regressions, canaries, then sixty seeds of this commit
  --seeds N                      so many, from the first of them on (default 60)

Exit codes: 0 nothing found, 1 a violation, 2 the harness is broken, 64 bad usage, 130 interrupted.

Examples:
  $ flotilla chaos run --seeds 1000 --profile disk
  $ flotilla chaos run --seed 8f3a
  $ flotilla chaos replay fail-8f3a.json --html run.html
  $ flotilla chaos live --minutes 10
  $ flotilla chaos mutants M12 M42`;
