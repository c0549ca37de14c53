import type { Config } from '../config.js';

/** Where sources reach us: as told, else the address we listen on. */
export function publicUrlOf({ publicUrl, host, port }: Config): string {
  return publicUrl ?? urlOf(host, port);
}

export function urlOf(host: string, port: number): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
