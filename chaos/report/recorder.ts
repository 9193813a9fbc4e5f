/**
 * Watches a run from its beginning and answers what it looked like. It only looks: a run that is watched is the same run.
 *
 * ```
 *  after each event: who runs, who is paused, who leads      each send: what bytes mean      at the end: operations, decisions
 * ```
 */
import { METADATA_GROUP } from '../../raft/index.ts';
import { describeFrames } from '../../src/peer/index.ts';
import { SERVED_APIS } from '../../src/wire/index.ts';
import type { CampaignResult } from '../nemesis/index.ts';
import { describeDeed } from '../schedule/index.ts';
import type { Decision } from '../schedule/index.ts';
import type { SentRecord, Stage } from '../workload/index.ts';
import type { Lead, Operation, Picture, Sent, Span } from './picture.ts';

/** What of the end of a run is told message by message. */
const MESSAGES_MAX = 12_000;
const LINES_MAX = 6;

type Open<T extends Span> = Omit<T, 'until'>;

export class Recorder {
  readonly #stage: Stage;
  readonly #lives: Span[] = [];
  readonly #pauses: Span[] = [];
  readonly #leads: Lead[] = [];
  readonly #runs = new Map<number, Open<Span>>();
  readonly #paused = new Map<number, Open<Span>>();
  /** By node and group. */
  readonly #leading = new Map<string, Open<Lead>>();
  readonly #messages: Sent[] = [];
  #messagesTotal = 0;

  constructor(stage: Stage) {
    this.#stage = stage;
    const { world } = stage.cluster;
    const check = world.afterEvent;
    world.afterEvent = (machine) => {
      for (const node of stage.cluster.numbers()) this.#look(node);
      check?.(machine);
    };
    world.network.links.onSend = (from, to, _connection, data) => this.#send(from, to, data);
  }

  picture(result: CampaignResult, title: string, notes: readonly string[]): Picture {
    const { cluster, history } = this.#stage;
    const until = cluster.world.now();
    for (const [node, open] of this.#runs) this.#lives.push({ ...open, node, until });
    for (const open of this.#paused.values()) this.#pauses.push({ ...open, until });
    for (const open of this.#leading.values()) this.#leads.push({ ...open, until });
    const { failure, decisions } = result;
    return {
      title,
      notes,
      nodes: cluster.numbers().length,
      until,
      healedAt: result.healedAt,
      failure: failure === null ? null : { at: failure.at, text: failure.text },
      lives: this.#lives,
      pauses: this.#pauses,
      leads: this.#leads,
      cuts: cutsOf(decisions, result.healedAt ?? until),
      decisions: decisions.map(({ at, ...deed }) => ({ at, text: describeDeed(deed as never), node: nodeOf(deed) })),
      operations: history.records().map(operationOf),
      messages: this.#messages,
      messagesTotal: this.#messagesTotal,
    };
  }

  #look(node: number): void {
    const { cluster } = this.#stage;
    const now = cluster.world.now();
    const machine = cluster.machine(node);
    turn(this.#runs, node, machine.running, { node, from: now }, (open) => this.#lives.push({ ...open, until: now }));
    const paused = machine.describe().startsWith('paused');
    turn(this.#paused, node, paused, { node, from: now }, (open) => this.#pauses.push({ ...open, until: now }));
    const running = cluster.node(node)?.node ?? null;
    const seen = new Set<string>();
    const leads = (group: string, term: number): void => {
      const key = `${node} ${group}`;
      seen.add(key);
      const open = this.#leading.get(key);
      if (open?.term === term) return;
      if (open !== undefined) this.#leads.push({ ...open, until: now });
      this.#leading.set(key, { node, group, term, from: now });
    };
    const metadata = running?.metadata?.replica;
    if (metadata?.leads === true) leads('metadata', metadata.term);
    for (const { id, replica } of running?.hosting.all() ?? [])
      if (replica.leads && replica.group !== METADATA_GROUP) leads(`${id.topic}-${id.index}`, replica.term);
    for (const [key, open] of this.#leading) {
      if (open.node !== node || seen.has(key)) continue;
      this.#leading.delete(key);
      this.#leads.push({ ...open, until: now });
    }
  }

  #send(from: number, to: number, data: Buffer): void {
    const { cluster } = this.#stage;
    const machines = cluster.world.machines();
    const [source, target] = [machines[from]?.name ?? '', machines[to]?.name ?? ''];
    const nodes = cluster.numbers().length;
    this.#messagesTotal += 1;
    const lines = from < nodes && to < nodes ? describeFrames(data) : [describeKafka(data, to < nodes)];
    const at = cluster.world.now();
    this.#messages.push({ at, from: source, to: target, bytes: data.length, lines: lines.slice(0, LINES_MAX) });
    if (this.#messages.length > 2 * MESSAGES_MAX) this.#messages.splice(0, MESSAGES_MAX);
  }
}

function operationOf({ id, writer, topic, partition, sentAt, outcome }: SentRecord): Operation {
  const detail =
    outcome.kind === 'acked' ? ` at ${outcome.offset}` : outcome.kind === 'failed' ? `: ${outcome.reason}` : '';
  return {
    who: writer,
    what: `${id} to ${topic}-${partition}${detail}`,
    from: sentAt,
    until: outcome.kind === 'acked' ? outcome.at : null,
    outcome: outcome.kind === 'acked' ? 'done' : outcome.kind,
  };
}

/** Opens or closes what is under `key`, when `isOn` has changed. */
function turn<T>(map: Map<number, T>, key: number, isOn: boolean, open: T, close: (open: T) => void): void {
  const before = map.get(key);
  if (isOn === (before !== undefined)) return;
  if (before === undefined) map.set(key, open);
  else {
    map.delete(key);
    close(before);
  }
}

function nodeOf(deed: object): number | null {
  return 'node' in deed && typeof deed.node === 'number' ? deed.node : null;
}

function cutsOf(decisions: readonly Decision[], end: number): Picture['cuts'] {
  return decisions.flatMap((decision, index) => {
    if (decision.kind !== 'block') return [];
    const { from, to, at } = decision;
    const opened = decisions
      .slice(index)
      .find((other) => other.kind === 'unblock' && other.from === from && other.to === to);
    return [{ from, to, at, until: opened?.at ?? end }];
  });
}

/** The first request or answer in the bytes. */
function describeKafka(data: Buffer, isRequest: boolean): string {
  if (data.length < 12 || !isRequest) return `answer, ${data.length} bytes`;
  const key = data.readInt16BE(4);
  const name = SERVED_APIS.find(({ schema }) => schema.key === key)?.schema.name ?? `api ${key}`;
  return `${name} v${data.readInt16BE(6)}, request ${data.readInt32BE(8)}, ${data.length} bytes`;
}
