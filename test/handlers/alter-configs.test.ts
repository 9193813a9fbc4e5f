/** IncrementalAlterConfigs: what a client is told of a config that is refused, by the kind of resource, as Kafka tells it. */
import { describe, expect, it } from 'vitest';
import { incrementalAlterConfigsHandler } from '../../src/handlers/index.ts';
import type { CommandPort } from '../../src/handlers/index.ts';
import { HandlerRig } from './handler-rig.ts';

/** Refuses whatever it is asked. */
const refusing: CommandPort = {
  submit: ((command: { readonly resources: readonly unknown[] }) =>
    Promise.resolve({
      kind: 'answer',
      answer: command.resources.map(() => ({ kind: 'refused', refusal: { reason: 'invalid-config', message: 'no' } })),
    })) as unknown as CommandPort['submit'],
};

describe('a config that is refused', () => {
  it.each([
    { what: 'of a topic', resourceType: 2, resourceName: 'orders', code: 40 },
    { what: 'of a broker', resourceType: 4, resourceName: '1', code: 42 },
    { what: 'of all brokers', resourceType: 4, resourceName: '', code: 42 },
  ])('$what is told as $code', async ({ resourceType, resourceName, code }) => {
    const configs = [{ name: 'retention.ms', configOperation: 0, value: 'never' }];
    const answer = await new HandlerRig().ask<{ responses: readonly { errorCode: number }[] }>(
      incrementalAlterConfigsHandler(refusing),
      1,
      { resources: [{ resourceType, resourceName, configs }], validateOnly: false },
    );
    expect(answer.responses.map(({ errorCode }) => errorCode)).toEqual([code]);
  });
});
