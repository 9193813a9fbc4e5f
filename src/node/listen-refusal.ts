/** Why a node that cannot listen does not start, and what to do about it. */
import type { ListenError } from '../ports/index.ts';

/** @param settings which ports are meant, such as `kafka.port, peer.port` */
export function listenRefusal(
  error: ListenError,
  settings: string,
): { readonly message: string; readonly next: string } {
  const { address, kind } = error;
  const message = `cannot listen on ${address}: ${kind === 'in-use' ? 'the port is in use' : error.message}`;
  switch (kind) {
    case 'handles':
      return { message, next: 'allow the process more open files (ulimit -n)' };
    case 'unavailable':
      return { message, next: 'choose an address of this machine (host)' };
    case 'denied':
      return { message, next: `choose other ports, above 1023 (${settings})` };
    case 'in-use':
      return { message, next: `end the process that uses it, or choose other ports (${settings}; up: --base-port)` };
  }
}
