/** The page of a run: one file without any link outside, whose script draws every lane, and lists the messages of a moment. */
import { Script, createContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { campaign } from '../../../chaos/nemesis/index.ts';
import { pageOf, Recorder } from '../../../chaos/report/index.ts';

interface Element {
  textContent: string;
  innerHTML: string;
  clientWidth: number;
  listeners: Map<string, (event: object) => void>;
}

/** Runs the page's script on the little that it needs of a browser. */
function open(html: string): (id: string) => Element {
  const elements = new Map<string, Element & Record<string, unknown>>();
  const element = (id: string): Element & Record<string, unknown> => {
    let found = elements.get(id);
    if (found === undefined) {
      const listeners = new Map<string, (event: object) => void>();
      found = {
        textContent: '',
        innerHTML: '',
        clientWidth: 1200,
        listeners,
        addEventListener: (name: string, act: (event: object) => void) => void listeners.set(name, act),
        setAttribute: () => undefined,
        getBoundingClientRect: () => ({ left: 0, top: 0 }),
      };
      elements.set(id, found);
    }
    return found;
  };
  const data = /<script type="application\/json" id="data">(.*?)<\/script>/s.exec(html)?.[1] ?? '';
  const script = /<script>(.*)<\/script>/s.exec(html)?.[1] ?? '';
  element('data').textContent = data;
  const window = { addEventListener: () => undefined };
  new Script(script).runInContext(createContext({ document: { getElementById: element }, window }));
  return element;
}

describe('the page of a run', () => {
  test('has a lane for each node and client, leaders with their terms, cuts, decisions and the heal', async () => {
    let recorder: Recorder | null = null;
    const options = {
      seed: 7,
      shape: { nodes: 3, voters: 3, milliseconds: 1500, workload: { members: 0 } },
      decisions: [
        { at: 1000, kind: 'kill', node: 2 },
        { at: 1200, kind: 'block', from: 'node1', to: 'node3' },
        { at: 1400, kind: 'unblock', from: 'node1', to: 'node3' },
        { at: 1450, kind: 'start', node: 2 },
      ],
    } as const;
    const plain = await campaign(options);
    const result = await campaign({ ...options, onStage: (stage) => void (recorder = new Recorder(stage)) });
    // Who looks changes nothing.
    expect(result.hash).toBe(plain.hash);
    expect(result.failure).toBeNull();
    const picture = (recorder as Recorder | null)?.picture(result, 'seed 7 </script>', ['a <note>']);
    if (picture === undefined) throw new Error('no picture');
    expect(picture.lives.filter(({ node }) => node === 2)).toHaveLength(2);
    expect(picture.cuts).toEqual([{ from: 'node1', to: 'node3', at: 1200, until: 1400 }]);
    const html = pageOf(picture);
    expect(html).not.toMatch(/(src|href)=|https?:\/\/|@import/);
    const element = open(html);
    const drawn = element('picture').innerHTML;
    for (const text of [
      'node1',
      'node2',
      'node3',
      'writer1',
      'node1 ⇥ node3',
      'leads metadata in term',
      'kill node2',
      'heal',
    ])
      expect(drawn).toContain(text);
    expect(element('decisions').textContent).toContain('start node2');
    const sent = picture.messages.find(({ from, to }) => from === 'node1' && to.startsWith('node'));
    const share = ((sent?.at ?? 0) - 700) / (picture.until - 700);
    element('picture').listeners.get('click')?.({ clientX: 110 + share * 1074, clientY: 40 });
    expect(element('when').textContent).toMatch(/^Messages of node1 around/);
    expect(element('messages').textContent).toMatch(/node1 → node[23]/);
  });
});
