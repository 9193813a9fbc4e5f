/**
 * Behaviours that clients in JavaScript do in the same words: what each calls its options it says here.
 *
 * `client`: `create`, `send`, `read`, `valuesOf`, `numbered(count, name, partitions)`, `outcomeOf`, `withProducer`; `oneInFlight`, the
 * options of an idempotent producer; `timestampOf` of milliseconds; `sendOne(producer, topic, value)`.
 */
export const sameBehaviours = (client) => ({
  async badTimestamp(brokers, topic) {
    await client.create(brokers, topic, 1, { 'message.timestamp.before.max.ms': '1000' });
    const record = { value: 'a', timestamp: client.timestampOf(1_600_000_000_000) };
    return client.outcomeOf(client.send(brokers, topic, [record]));
  },

  async parallelWriters(brokers, topic) {
    await client.create(brokers, topic, 3);
    const write = (writer) => client.send(brokers, topic, client.numbered(200, `writer ${writer}`, 3));
    await Promise.all([0, 1, 2, 3].map(write));
    // A slow machine makes a client send some twice: it is not idempotent here.
    return new Set(client.valuesOf(await client.read(brokers, topic, 800))).size;
  },

  async idempotent(brokers, topic) {
    await client.create(brokers, topic);
    await client.withProducer(brokers, client.oneInFlight, async (producer) => {
      for (let at = 0; at < 100; at += 1) await client.sendOne(producer, topic, String(at));
    });
    return client.valuesOf(await client.read(brokers, topic, 100)).every((value, at) => value === String(at));
  },
});
