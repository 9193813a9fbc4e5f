/**
 * The admin server: GET requests answered from a node's {@link AdminView}, and one POST that an operator confirms.
 *
 * ```
 *  /healthz  alive?          /v1/status              /v1/topics                        /v1/config
 *  /readyz   serving?        /v1/quorum              /v1/partitions/<topic>/<index>    /v1/brokers
 *  /metrics  Prometheus      /v1/hosted[/<topic>]    what this node holds
 *  POST /v1/partitions/<topic>/<index>/accept-loss   with flotilla-confirm: accept-loss
 * ```
 *
 * Everything under /v1 is JSON; refusals are `{"error":…}`. What comes in is a method, a path and one header, bounded by the
 * HTTP server's limits, and only looked up, never interpreted.
 */
import type { AdminActions, AdminView } from './admin-view.ts';
import type { HttpAnswer, HttpAnswerer, HttpListener, HttpPort, HttpRequest } from './http-port.ts';
import { PROMETHEUS_TYPE, prometheusText } from './prometheus.ts';

const JSON_TYPE = 'application/json; charset=utf-8';
const TEXT_TYPE = 'text/plain; charset=utf-8';
const TARGET_LENGTH_MAX = 2048;
const INDEX = /^\d{1,9}$/;

type Acted = HttpAnswer | Promise<HttpAnswer> | null;

function json(value: unknown, status = 200): HttpAnswer {
  return { status, contentType: JSON_TYPE, body: `${JSON.stringify(value)}\n` };
}

function text(body: string, status: number): HttpAnswer {
  return { status, contentType: TEXT_TYPE, body: `${body}\n` };
}

function notFound(error: string): HttpAnswer {
  return json({ error }, 404);
}

/** The parts of a path, decoded; null when it cannot be decoded. */
function partsOf(target: string): readonly string[] | null {
  const path = target.split('?', 1)[0] ?? '';
  try {
    return path
      .split('/')
      .filter((part) => part !== '')
      .map((part) => decodeURIComponent(part));
  } catch (error) {
    if (error instanceof URIError) return null;
    throw error;
  }
}

function partition(view: AdminView, topic: string, index: string): HttpAnswer {
  const found = INDEX.test(index) ? view.partition(topic, Number(index)) : null;
  return found === null ? notFound('no such partition') : json(found);
}

function versionOne(view: AdminView, parts: readonly string[]): HttpAnswer {
  const [what = '', first, second] = parts;
  const path = `${what}/${parts.length}`;
  if (path === 'status/1') return json(view.status());
  if (path === 'quorum/1') return json(view.quorum());
  if (path === 'brokers/1') return json(view.status().brokers);
  if (path === 'topics/1') return json(view.topics());
  if (path === 'config/1') return json(view.config());
  if (path === 'hosted/1' || path === 'hosted/2') return json(view.hosted(first ?? null));
  if (path === 'partitions/3' && first !== undefined && second !== undefined) return partition(view, first, second);
  return notFound('no such path');
}

function healthz(view: AdminView): HttpAnswer {
  const reason = view.unhealthy();
  return reason === null ? text('ok', 200) : text(reason, 503);
}

async function acceptLoss(actions: AdminActions, topic: string, index: string): Promise<HttpAnswer> {
  const answer = await actions.acceptLoss(topic, Number(index));
  return answer.kind === 'accepted' ? json(answer.accepted) : json({ error: answer.error }, answer.status);
}

/** Null: the path has no action. */
function action(actions: AdminActions, { method, confirm }: HttpRequest, parts: readonly string[]): Acted {
  const [version, what, topic = '', index = '', name] = parts;
  if (`${version}/${what}/${name}/${parts.length}` !== 'v1/partitions/accept-loss/5' || !INDEX.test(index)) return null;
  if (method !== 'POST') return { ...json({ error: 'only POST is served here' }, 405), headers: { allow: 'POST' } };
  if (confirm !== 'accept-loss') return json({ error: 'the header flotilla-confirm: accept-loss is missing' }, 400);
  return acceptLoss(actions, topic, index);
}

/** What can be asked of a view, as it answers it. */
export function viewAnswers(view: AdminView): (request: Pick<HttpRequest, 'method' | 'target'>) => HttpAnswer {
  return ({ method, target }) => {
    if (method !== 'GET' && method !== 'HEAD') {
      return { ...json({ error: 'only GET is served' }, 405), headers: { allow: 'GET, HEAD' } };
    }
    const parts = target.length > TARGET_LENGTH_MAX ? null : partsOf(target);
    if (parts === null) return json({ error: 'bad path' }, 400);
    const [root = ''] = parts;
    if (root === 'v1') return versionOne(view, parts.slice(1));
    if (parts.length !== 1) return notFound('no such path');
    if (root === 'healthz') return healthz(view);
    if (root === 'readyz') return view.ready() ? text('ready', 200) : text('not ready', 503);
    if (root === 'metrics') return { status: 200, contentType: PROMETHEUS_TYPE, body: prometheusText(view.metrics()) };
    return notFound('no such path');
  };
}

/** The answerer of a node's view, and of what can be done with the node. */
export function adminAnswers(view: AdminView, actions: AdminActions): HttpAnswerer {
  const show = viewAnswers(view);
  return (request) => {
    const parts = request.target.length > TARGET_LENGTH_MAX ? null : partsOf(request.target);
    return (parts === null ? null : action(actions, request, parts)) ?? show(request);
  };
}

/** Starts the admin server of a node. Rejects with `ListenError`. */
export function startAdminServer(
  http: HttpPort,
  host: string,
  port: number,
  view: AdminView,
  actions: AdminActions,
): Promise<HttpListener> {
  return http.listen(host, port, adminAnswers(view, actions));
}
