import type { Request } from 'express';

/** Where the sender reaches us, without a slash at its end: as told, else as they say. */
export function originOf(request: Pick<Request, 'protocol' | 'host'>, publicUrl: string | undefined): string {
  return publicUrl ?? `${request.protocol}://${request.host ?? 'localhost'}`;
}
