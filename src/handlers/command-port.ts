/**
 * How handlers ask the controller, wherever it is, and what they tell clients when it gave no answer.
 */
import type { Millis } from '../../raft/index.ts';
import type { AdminCommand, AllocateProducerIds, Outcome } from '../controller/index.ts';
import { errorCode } from '../wire/index.ts';

export interface CommandPort {
  /** Finds the controller, asks again while there is none, for at most `timeout`. Never rejects. */
  submit<C extends AdminCommand | AllocateProducerIds>(command: C, timeout: Millis): Promise<Outcome<C>>;
}

/** Code and message for a command that got no answer. */
export function noAnswer(outcome: Exclude<Outcome<AdminCommand>, { readonly kind: 'answer' }>): {
  readonly code: number;
  readonly message: string;
} {
  if (outcome.kind === 'not-controller')
    return { code: errorCode('NOT_CONTROLLER'), message: 'there is no controller that can be reached' };
  return {
    code: errorCode('REQUEST_TIMED_OUT'),
    message: `the controller gave no answer (${outcome.reason}); it may have been carried out`,
  };
}
