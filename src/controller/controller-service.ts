/**
 * The controller's side of the wire: a peer's request in, reply bytes out.
 *
 * Brokers speak only for themselves: node and incarnation of a command must be those of the connection's handshake.
 */
import type { PeerIdentity } from '../peer/index.ts';
import type { Controller } from './controller.ts';
import { decodeCommand, encodeReply } from './controller-codec.ts';
import type { RemoteCommand } from './controller-codec.ts';

/** A peer's request that cannot be served; the transport answers it as an error with this reason. */
export class BadRequest extends Error {
  override readonly name = 'BadRequest';
}

/** True for the methods that {@link serveController} serves. */
export function isControllerMethod(method: string): boolean {
  return method.startsWith('controller.');
}

/** Rejects with {@link BadRequest} when the body is malformed or speaks for another node. */
export async function serveController(
  controller: Pick<Controller, 'submit'>,
  from: Pick<PeerIdentity, 'node' | 'incarnation'>,
  method: string,
  body: Uint8Array,
): Promise<Uint8Array> {
  const decoded = decodeCommand(method, body);
  if (decoded.kind === 'invalid') throw new BadRequest(decoded.reason);
  const command = decoded.value;
  if (!speaksForItself(command, from))
    throw new BadRequest(`${command.kind} for another life than ${from.node}/${from.incarnation}`);
  return encodeReply(command, await controller.submit(command));
}

function speaksForItself(command: RemoteCommand, from: Pick<PeerIdentity, 'node' | 'incarnation'>): boolean {
  return !('incarnation' in command) || (command.node === from.node && command.incarnation === from.incarnation);
}
