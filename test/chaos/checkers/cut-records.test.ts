/** What a log has cut does not come back (D2); damage that nobody did is told of even when the log is made anew at once (D9). */
import { describe, expect, it } from 'vitest';
import { CutRecords } from '../../../chaos/checkers/cut-records.ts';
import { SimCluster } from '../../../chaos/cluster/index.ts';
import { Stage } from '../../../chaos/workload/index.ts';
import { offset } from '../../../raft/index.ts';
import type { LogChange } from '../../../storage/index.ts';

const NOTHING: LogChange = {
  hardState: null,
  truncateTo: null,
  reset: null,
  openTerm: null,
  append: [],
  logStart: null,
};

describe('a record that was cut', () => {
  it('must not be there at the next begin, unless the cut was never done: D2', async () => {
    const cluster = new SimCluster({ seed: 'cuts', nodes: 1 });
    await cluster.startAll();
    await cluster.run(1000);
    const replica = cluster.node(1)?.node.metadata?.replica;
    if (replica === undefined) throw new Error('no metadata log');
    const { log } = replica;
    const records = new CutRecords((node) => cluster.machine(node).disk);
    // Nobody carries it out: the next life finds the log as it is.
    const dones: (() => void)[] = [];
    log.persist = (_change, done) => void dones.push(done);
    records.begin('metadata', replica);
    log.persist({ ...NOTHING, truncateTo: offset(log.logEnd - 1) }, () => undefined);
    records.begin('metadata', replica);
    expect(records.judged).toBe(0);
    for (const done of dones) done();
    expect(() => records.begin('metadata', replica)).toThrow(/D2: node 1 begins metadata with the record of term 1 at/);
    expect(records.judged).toBe(1);
  });
});

describe('a log that nobody has damaged', () => {
  it('is judged although its node makes it anew in the event in which it opens it: D9', async () => {
    const stage = await new Stage({ seed: 'anew', nodes: 3 }).open();
    const { cluster } = stage;
    await stage.topic('t');
    const writer = stage.writer({ topic: 't' }).start();
    await cluster.run(500);
    writer.stop();
    const leader = cluster.leader('t', 0) ?? 0;
    // Two deaths: the start between them writes a checkpoint that knows of records.
    cluster.kill(leader);
    cluster.launch(leader);
    await cluster.run(500);
    cluster.kill(leader);
    await cluster.run(3000);
    const topicId = cluster.image()?.topicsByName.get('t')?.id ?? '';
    const file = cluster.machine(leader).disk.find(`/data/logs/t-0.${topicId}/00000000000000000000.log`);
    if (file?.kind !== 'file') throw new Error('no segment');
    file.damage((image) => image.resize(10));
    cluster.launch(leader);
    await expect(cluster.run(5000)).rejects.toThrow(/D9: t-0 of node \d has failed: .*: the file ends here/);
  });
});
