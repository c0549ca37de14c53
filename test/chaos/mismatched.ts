import type { LoggedRequest } from '../../src/rehearsal/request-log.js';
import { wrongs } from '../harness/resting.js';
import type { Stage } from './stage.js';

/**
 * Our key against Zoom's, for everybody. Where Zoom's last word was a 204 for a key that it then ignored, since the
 * host was in a meeting, nobody can know, and reconcile will find it: those are counted apart.
 */
export async function findMismatched(stage: Stage): Promise<{ mismatched: string[]; ignored: number }> {
  const found = await wrongs(stage);
  const ignored = found.filter((line) => wasIgnored(stage, line));
  return { mismatched: found.filter((line) => !ignored.includes(line)), ignored: ignored.length };
}

function wasIgnored({ zoom }: Stage, line: string): boolean {
  const [, userId = ''] = / at (\S+): /.exec(line) ?? [];
  const last: LoggedRequest | undefined = zoom.log.of(userId).findLast(({ method }) => method === 'PATCH');
  return last?.status === 204 && !last.applied;
}
