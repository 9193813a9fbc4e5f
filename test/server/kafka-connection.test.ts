/** One client connection: what is refused, what is answered in which order, and when reading stops and goes on. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { API_TABLE } from '../../src/wire/index.ts';
import { apiVersionsHandler } from '../../src/handlers/index.ts';
import {
  FETCHED,
  fetchFrame,
  frameOf,
  gone,
  metadataFrame,
  PRODUCED,
  produceFrame,
  serverRig,
} from './fake-connection.ts';

function header(size: number, rest: Buffer = Buffer.alloc(0)): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(size);
  return Buffer.concat([bytes, rest]);
}

describe('requests that are refused', () => {
  const trailing = metadataFrame(1);
  const longer = Buffer.concat([trailing, Buffer.from([0])]);
  longer.writeInt32BE(trailing.length - 4 + 1);
  const short = metadataFrame(1).subarray(0, -1);
  const truncated = Buffer.from(short);
  truncated.writeInt32BE(short.length - 4);
  const version = metadataFrame(1);
  version.writeInt16BE(99, 6);
  const api = metadataFrame(1);
  api.writeInt16BE(9999, 4);
  const rows: readonly (readonly [string, Buffer, RegExp])[] = [
    ['a negative size', header(-1), /-1 bytes/],
    ['a size above the limit, before any of it came', header(100_001), /100001 bytes/],
    ['the greatest size', header(2 ** 31 - 1), /2147483647 bytes/],
    ['an empty frame', header(0), /RequestHeader/],
    ['a header that is cut', header(7, Buffer.alloc(7)), /RequestHeader/],
    ['an unknown API', api, /unknown API key 9999/],
    ['an unknown version', version, /unsupported version 99 of Metadata/],
    ['a body that is cut', truncated, /Metadata/],
  ];

  it.each(rows)('%s closes the connection with one line that names peer and reason', (_, bytes, reason) => {
    const rig = serverRig();
    rig.send(bytes);
    expect(rig.connection.closed).toBe('destroyed');
    expect(rig.lines).toHaveLength(1);
    expect(rig.lines[0]).toMatch(reason);
    expect(rig.lines[0]).toContain('10.0.0.9:55555');
    // What still comes in is neither kept nor looked at.
    rig.send(metadataFrame(2), bytes);
    gone(rig, 'local');
    expect(rig.lines).toHaveLength(1);
    expect(rig.answered()).toEqual([]);
    expect(rig.closedCount()).toBe(1);
  });

  it('bytes behind the body of a request are ignored, as Kafka does, and do not shift what follows', () => {
    const rig = serverRig();
    rig.send(longer, metadataFrame(2));
    expect(rig.answered()).toEqual([1, 2]);
    expect(rig.connection.closed).toBe('no');
  });

  it('what came before on the same connection was answered', () => {
    const rig = serverRig();
    rig.send(metadataFrame(1), metadataFrame(2), header(-5));
    expect(rig.answered()).toEqual([1, 2]);
    expect(rig.connection.closed).toBe('destroyed');
  });

  it('an answer that does not fit the wire closes the connection, not the process', () => {
    const rig = serverRig();
    rig.send(produceFrame(1));
    rig.produces.answer(0, {
      kind: 'response',
      body: { responses: [{ name: 'x'.repeat(40_000), partitionResponses: [] }] },
    });
    return rig.clock.settle().then(() => {
      expect(rig.connection.closed).toBe('destroyed');
      expect(rig.lines.join()).toMatch(/cannot be written/);
    });
  });

  it('random bytes never throw and never leave the connection half closed', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 8 }), (chunks) => {
        const rig = serverRig();
        for (const chunk of chunks) rig.send(Buffer.from(chunk));
        expect(rig.lines.length).toBe(rig.connection.closed === 'no' ? 0 : 1);
      }),
      { numRuns: 200, seed: 11 },
    );
  });
});

describe('ApiVersions', () => {
  it('of an unknown version is answered in version 0 with 35 and its own range', () => {
    const rig = serverRig({}, [apiVersionsHandler([])]);
    const frame = frameOf(API_TABLE.apiVersions.schema, 3, 7, {
      clientSoftwareName: 'kafka',
      clientSoftwareVersion: '9.9',
    });
    frame.writeInt16BE(42, 6);
    rig.send(frame);
    const [answer] = rig.connection.written;
    // size, correlation id, error code 35, one entry: key 18, versions 0 to 4
    expect(answer?.subarray(4).toString('hex')).toBe('00000007' + '0023' + '00000001' + '0012' + '0000' + '0004');
    expect(rig.connection.closed).toBe('no');
  });
});

describe('order', () => {
  it('answers leave in the order of the requests, however they are answered', async () => {
    const rig = serverRig();
    rig.send(produceFrame(1), produceFrame(2), produceFrame(3));
    expect(rig.produces.started).toEqual([1, 2, 3]);
    rig.produces.answer(2, PRODUCED);
    rig.produces.answer(1, PRODUCED);
    await rig.clock.settle();
    expect(rig.answered()).toEqual([]);
    rig.produces.answer(0, PRODUCED);
    await rig.clock.settle();
    expect(rig.answered()).toEqual([1, 2, 3]);
    expect(rig.connection.written).toHaveLength(1);
  });

  it('only produces run side by side: whatever stands between them waits, and makes those behind wait', async () => {
    const rig = serverRig({ pendingRequestsMax: 10 });
    rig.send(produceFrame(1), produceFrame(2), metadataFrame(3), fetchFrame(4), produceFrame(5));
    expect([rig.produces.started, rig.fetches.started]).toEqual([[1, 2], []]);
    rig.produces.answer(0, PRODUCED);
    await rig.clock.settle();
    expect(rig.answered()).toEqual([1]);
    rig.produces.answer(1, PRODUCED);
    await rig.clock.settle();
    expect(rig.answered()).toEqual([1, 2, 3]);
    expect(rig.produces.started).toEqual([1, 2]);
    rig.fetches.answer(0, FETCHED);
    await rig.clock.settle();
    expect(rig.produces.started).toEqual([1, 2, 5]);
  });

  it('acks=0 leaves nothing on the wire; when it failed the connection ends, after what was answered before', async () => {
    const rig = serverRig();
    rig.send(produceFrame(1), produceFrame(2, 0), produceFrame(3, 0));
    rig.produces.answer(1, { kind: 'none' });
    rig.produces.answer(2, { kind: 'close', reason: 'acks=0 produce failed with code 3' });
    rig.produces.answer(0, PRODUCED);
    await rig.clock.settle();
    expect(rig.answered()).toEqual([1]);
    expect(rig.connection.closed).toBe('ended');
    expect(rig.lines.join()).toMatch(/acks=0 produce failed/);
  });

  it('frames are found wherever the stream is cut', () => {
    const rig = serverRig();
    const bytes = Buffer.concat([metadataFrame(1), metadataFrame(2), metadataFrame(3)]);
    for (const byte of bytes) rig.send(Buffer.from([byte]));
    expect(rig.answered()).toEqual([1, 2, 3]);
  });
});

describe('backpressure', () => {
  it('reading stops at too many unanswered requests and goes on when some are answered: none is lost', async () => {
    const rig = serverRig({ pendingRequestsMax: 2 });
    rig.send(...[1, 2, 3, 4, 5].map((id) => produceFrame(id)));
    expect(rig.produces.started).toEqual([1, 2]);
    expect(rig.connection.paused).toBe(true);
    for (let nth = 0; nth < 5; nth += 1) {
      rig.produces.answer(nth, PRODUCED);
      await rig.clock.settle();
    }
    expect(rig.produces.started).toEqual([1, 2, 3, 4, 5]);
    expect(rig.answered()).toEqual([1, 2, 3, 4, 5]);
    expect(rig.connection.paused).toBe(false);
  });

  it('reading stops at too many bytes of unanswered requests', async () => {
    const rig = serverRig({ pendingBytesMax: 10_000 });
    rig.send(produceFrame(1, -1, 9000), produceFrame(2, -1, 9000), produceFrame(3, -1, 9000));
    expect(rig.produces.started).toEqual([1, 2]);
    rig.produces.answer(0, PRODUCED);
    await rig.clock.settle();
    expect(rig.produces.started).toEqual([1, 2, 3]);
  });

  it('a client that does not read its answers is not read from until it does', () => {
    const rig = serverRig();
    rig.connection.stalled = true;
    rig.send(metadataFrame(1, 'x'.repeat(1100)), metadataFrame(2), metadataFrame(3));
    expect(rig.answered()).toEqual([1]);
    expect(rig.connection.paused).toBe(true);
    rig.connection.queuedBytes = 0;
    rig.connection.stalled = false;
    rig.server.onDrain();
    expect(rig.answered()).toEqual([1, 2, 3]);
    expect(rig.connection.paused).toBe(false);
  });

  it('bytes below the network’s high mark never stop reading: no drain would follow', () => {
    const rig = serverRig({ unsentBytesMax: 100 });
    rig.connection.stalled = true;
    rig.send(metadataFrame(1, 'x'.repeat(300)), metadataFrame(2));
    expect(rig.answered()).toEqual([1, 2]);
    expect(rig.connection.paused).toBe(false);
  });
});

describe('slow and idle clients', () => {
  it('a request that does not become complete in time ends the connection; more of it buys more time', async () => {
    const rig = serverRig({ requestBytesMax: 10_000_000 });
    const frame = produceFrame(1, -1, 2_000_000);
    rig.send(frame.subarray(0, 10));
    await rig.clock.advance(29_000);
    rig.server.endOverdue();
    expect(rig.connection.closed).toBe('no');
    rig.send(frame.subarray(10, 1_000_000));
    await rig.clock.advance(25_000);
    rig.server.endOverdue();
    expect(rig.connection.closed).toBe('no');
    await rig.clock.advance(10_000);
    rig.server.endOverdue();
    expect(rig.connection.closed).toBe('destroyed');
    expect(rig.lines.join()).toMatch(/incomplete after 64000 ms, 999996 bytes came/);
  });

  it('a byte now and then does not help', async () => {
    const rig = serverRig();
    const frame = metadataFrame(1, 'x'.repeat(500));
    for (let at = 0; at < 32; at += 1) {
      rig.send(frame.subarray(at, at + 1));
      await rig.clock.advance(1000);
      rig.server.endOverdue();
    }
    expect(rig.connection.closed).toBe('destroyed');
  });

  it('an idle connection ends after connections.max.idle.ms, one with a request under way does not', async () => {
    const idle = serverRig();
    const parked = serverRig();
    idle.send(metadataFrame(1));
    parked.send(fetchFrame(1));
    await idle.clock.advance(600_000);
    await parked.clock.advance(600_000);
    idle.server.endOverdue();
    expect(idle.connection.closed).toBe('no');
    await idle.clock.advance(1);
    await parked.clock.advance(3_000_000);
    idle.server.endOverdue();
    parked.server.endOverdue();
    expect([idle.connection.closed, parked.connection.closed]).toEqual(['destroyed', 'no']);
  });

  it('a paused connection is not blamed for what it could not send', async () => {
    const rig = serverRig({ pendingRequestsMax: 1 });
    rig.send(produceFrame(1), produceFrame(2).subarray(0, 9));
    await rig.clock.advance(100_000);
    rig.server.endOverdue();
    expect(rig.connection.closed).toBe('no');
  });
});

describe('a connection that is gone', () => {
  it('tells parked requests, once, and those that park later at once; their answers go nowhere', async () => {
    const rig = serverRig();
    rig.send(fetchFrame(1));
    gone(rig);
    expect(rig.fetches.gone).toEqual([0]);
    rig.fetches.answer(0, FETCHED);
    await rig.clock.settle();
    expect(rig.connection.written).toEqual([]);
    expect(rig.closedCount()).toBe(1);
  });
});
