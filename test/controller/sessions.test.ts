/** Who is alive, as the controller sees it. */
import { expect, it } from 'vitest';
import { incarnation, millis, nodeId } from '../../raft/index.ts';
import { Sessions } from '../../src/controller/sessions.ts';

it('the own broker is alive in its present life only: what is registered of an earlier one is dead', () => {
  const own = { incarnation: incarnation('second'), lastFrameAt: millis(0) };
  const sessions = new Sessions(nodeId(1), () => own, millis(1000), millis(0));
  expect(sessions.isAlive(nodeId(1), incarnation('second'), millis(5000))).toBe(true);
  expect(sessions.isAlive(nodeId(1), incarnation('first'), millis(1))).toBe(false);
});
