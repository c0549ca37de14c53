import type { Player } from '../cast.js';
import { getsKey, keepsKey, losesKey, waitsForZoom } from '../endings.js';
import { eventually, must } from '../eventually.js';
import { forgeUserDeleted } from '../forger.js';
import { play, type Stage } from '../stage.js';

/** How long after our own change a foreign key in Zoom may still be one from before it. */
const SETTLE_MS = 10_000;
/** Longer than ours are by default. */
const BY_HAND = '8046135792';

/** Whom Zoom knows first, and whom it does not know yet. */
export async function playArrivals(stage: Stage): Promise<void> {
  const { okta, cast } = stage;
  const { zoe, tomas } = cast;
  await play(stage, {
    who: zoe,
    by: 'Zoom',
    said: 'user.created',
    say: () => arrive(stage, zoe),
    ending: getsKey,
  });
  await play(stage, {
    who: tomas,
    by: 'Okta',
    said: 'joins, unknown to Zoom so far',
    say: () => okta.assign(tomas),
    ending: waitsForZoom,
  });
  await play(stage, {
    who: tomas,
    by: 'Zoom',
    said: 'user.created',
    say: () => arrive(stage, tomas),
    ending: getsKey,
  });
}

function arrive({ zoom }: Stage, { mail, given, family }: Player): void {
  zoom.portal.create({ email: mail, firstName: given, lastName: family });
}

/** A key changed behind our back, a repeat, a forgery, and the end. */
export async function playMeddling(stage: Stage): Promise<void> {
  const { zoom, cast } = stage;
  const { zoe } = cast;
  await play(stage, {
    who: zoe,
    by: 'Zoom',
    said: 'user.updated: key set by hand',
    async say() {
      await eventually(() => mustHaveSettled(stage));
      zoom.portal.changeHostKeyByHand(zoe.mail, BY_HAND);
    },
    ending: getsKey,
  });
  await play(stage, {
    who: zoe,
    by: 'Zoom',
    said: 'the same user.updated again',
    say: () => repeatChangeByHand(stage),
    ending: keepsKey,
  });
  await play(stage, {
    who: zoe,
    by: 'a forger',
    said: 'user.deleted, wrongly signed',
    say: () => forge(stage),
    ending: async (seen) => ({ ...(await keepsKey(seen)), text: '401, the key stays' }),
  });
  await play(stage, {
    who: zoe,
    by: 'Zoom',
    said: 'user.deleted',
    say: () => zoom.portal.delete(zoe.mail),
    ending: losesKey,
  });
}

async function mustHaveSettled({ keeper, clockSpeed }: Stage): Promise<void> {
  const ends = (await keeper.jobs()).map((job) => Date.parse(job.finishedAt ?? ''));
  must(Date.now() > Math.max(...ends) + SETTLE_MS / clockSpeed, 'our own last change has not settled');
}

function repeatChangeByHand({ zoom }: Stage): void {
  const delivery = zoom.deliveries.find(({ body }) => body.includes(`"host_key":"${BY_HAND}"`));
  if (delivery === undefined) throw new TypeError('Zoom has not told of a key changed by hand');
  zoom.redeliver(delivery);
}

async function forge({ url, cast }: Stage): Promise<void> {
  const { status } = await forgeUserDeleted(url, cast.zoe);
  if (status !== 401) throw new Error(`a forged webhook was answered ${status}`);
}
