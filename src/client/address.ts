/** `host:port` addresses, as bootstrap lists and metadata hold them; IPv6 hosts stand in brackets. */

export interface Address {
  readonly host: string;
  readonly port: number;
}

const ADDRESS = /^(?:\[([^\]]+)\]|([^:\s]+)):(\d{1,5})$/;

/** Reads `host:port` or `[v6]:port`; null when it is neither. */
export function parseAddress(text: string): Address | null {
  const match = ADDRESS.exec(text.trim());
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  return host === undefined || !(port > 0 && port <= 65_535) ? null : { host, port };
}

export function formatAddress({ host, port }: Address): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
