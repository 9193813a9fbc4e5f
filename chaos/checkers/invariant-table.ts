/**
 * What each invariant says, in words, for who reads a report. The names are those of the checkers' messages.
 */
export const INVARIANTS: Readonly<Record<string, string>> = {
  R1: 'at most one leader of the metadata in a term, over all lives of all nodes',
  R2: 'a voter votes for one candidate in a term, and durably before its answer leaves',
  R3: 'a leader never overwrites or cuts its own log',
  R4: 'two logs with the same record at an offset are the same before it',
  R5: 'what was committed is in the log of every later leader; nobody votes for who lacks something',
  R6: 'the same metadata offset is the same metadata on all nodes',
  R7: 'a commit goes through a record of the own term that is durable on a majority',
  R8: 'a term never falls and a vote is not forgotten, not even over a restart',
  R9: 'any two quorums that could be in use have a voter in common',
  R10: 'a snapshot is what the log before it says, without a gap to the log after it',
  R11: 'metadata operations are linearizable',
  P1: 'every member of ISR and ELR holds everything that is committed',
  P2: 'an elected leader holds everything that is committed',
  P3: 'the largest ISR that a leader counts with covers what the controller knows',
  P4: 'replicas are equal, byte for byte, below what is committed',
  P5: 'what is committed never shrinks, and no client ever sees it shrink',
  P6: 'one leader in a term of a partition; every record carries a term that its writer held',
  P7: 'a replica that may have lost records is in no ISR until it has caught up',
  P8: 'ISR and ELR do not overlap, and no fenced broker is in an ISR',
  P9: 'terms, indexes and producer states are what the log says',
  P10: 'what is acknowledged is durable on every replica that was counted',
  D1: 'what was acknowledged can be read where it was acknowledged',
  D2: 'what was cut or replaced never comes back',
  D3: 'one value for each offset, and offsets rise',
  D4: 'what was acknowledged before something was sent lies before it',
  D5: 'nobody is given what is not committed; no reader skips or steps back',
  D6: 'records come back as they were sent, where they were sent to',
  D7: 'damage ends in repair or refusal, never in silence',
  D8: 'nothing is called durable before its sync has succeeded',
  E1: 'a record of an idempotent producer is in the log once',
  E2: 'nothing of a fenced producer lands after its successor began',
  C1: 'an acknowledged commit of an offset is neither lost nor lowered',
  C2: 'a partition has one owner in a generation',
  C3: 'a commit covers only what was processed',
  C4: 'every rebalance ends',
  L1: 'a controller within ten elections after the heal',
  L2: 'leaders within a session and five seconds after the heal',
  L3: 'requests end within their timeouts, and new writes succeed after the heal',
  L4: 'full ISRs and equal logs after the heal',
  L5: 'a constant partial partition does not keep the cluster from work',
  L6: 'queues, memory and steps of a handler are bounded',
  L8: 'a leader with a hung disk is replaced',
  X2: 'nothing in the simulated world reaches for the real one',
  assertion: 'an assertion of the product itself holds',
  error: 'nothing in the simulated world throws',
};

/** `P2, an elected leader holds …`. */
export function inWords(invariant: string): string {
  const words = INVARIANTS[invariant];
  return words === undefined ? invariant : `${invariant}: ${words}`;
}
