import type { FailedAnswer } from '../../faults.js';
import { failsWith, getsKey, isRetried, newestJob } from '../endings.js';
import { PATIENCE_MS } from '../eventually.js';
import { play, type Stage } from '../stage.js';

/** A second try may be 4 minutes away, if the first one came before the outage was over. */
const LONGEST_RETRY_MS = 300_000;

const TOO_SIMPLE: FailedAnswer = {
  status: 400,
  body: {
    code: 300,
    message: 'Validation Failed.',
    errors: [{ field: 'host_key', message: 'The host key is too simple.' }],
  },
};

/** Zoom is down, and heals by itself: nobody has to do anything. */
export async function playOutage(stage: Stage): Promise<void> {
  const { okta, zoom, cast, clockSpeed } = stage;
  const { lena } = cast;
  await play(stage, {
    who: lena,
    by: 'Okta',
    said: 'joins while Zoom is down',
    say() {
      zoom.faults.outage(true);
      return okta.assign(lena);
    },
    ending: isRetried,
  });
  await play(stage, {
    who: lena,
    by: 'nobody',
    said: '(Zoom is up again)',
    say: () => zoom.faults.outage(false),
    ending: getsKey,
    patienceMs: PATIENCE_MS + LONGEST_RETRY_MS / clockSpeed,
  });
}

/** Zoom refuses one key and then another: that is for a person to see, and to run again. */
export async function playRefusal(stage: Stage): Promise<void> {
  const { entra, zoom, cast, keeper } = stage;
  const { sam } = cast;
  await play(stage, {
    who: sam,
    by: 'Entra',
    said: 'joins, Zoom refuses two keys',
    say() {
      zoom.faults.failNext(2, TOO_SIMPLE, { method: 'PATCH' });
      return entra.assign(sam);
    },
    ending: failsWith('ZOOM_KEY_REFUSED'),
  });
  await play(stage, {
    who: sam,
    by: 'operator',
    said: 'POST /api/jobs/<id>/rerun',
    say: async () => keeper.rerun((await newestJob({ stage }, 'failed')).id),
    ending: getsKey,
  });
}
