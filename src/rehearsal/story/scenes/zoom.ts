import { codeOf } from '../hostkeeper.js';
import type { Player } from '../cast.js';
import { getsKey, keepsKey, losesKey, waitsForZoom } from '../endings.js';
import { eventually, must } from '../eventually.js';
import { forgeUserDeleted } from '../forger.js';
import { play, type Ending, type Stage } from '../stage.js';

/** How long after our own change a foreign key in Zoom may still be one from before it. */
const SETTLE_MS = 10_000;
/** Between Zoom's change and our record of it. */
const RECORDED_MS = 500;
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
    said: 'user.updated: key changed by hand',
    async say() {
      await eventually(() => must(hasSettled(stage, zoe), 'our own key has not settled'));
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
  let answer = '';
  await play(stage, {
    who: zoe,
    by: 'a forger',
    said: 'user.deleted, wrongly signed',
    async say() {
      const reply = await forgeUserDeleted(stage.url, zoe);
      if (reply.status !== 401) throw new Error(`a forged webhook was answered ${reply.status}`);
      answer = `401 ${codeOf(reply) ?? ''}`.trimEnd();
    },
    ending: refusedWith(() => answer),
  });
  await play(stage, {
    who: zoe,
    by: 'Zoom',
    said: 'user.deleted',
    say: () => zoom.portal.delete(zoe.mail),
    ending: losesKey,
  });
}

function hasSettled({ zoom, clockSpeed }: Stage, { zoomId = '' }: Player): boolean {
  const applied = zoom.log.of(zoomId).map((call) => call.appliedAt?.wallMs ?? 0);
  return Date.now() > Math.max(0, ...applied) + SETTLE_MS / clockSpeed + RECORDED_MS;
}

function repeatChangeByHand({ zoom }: Stage): void {
  const delivery = zoom.deliveries.find(({ body }) => body.includes(`"host_key":"${BY_HAND}"`));
  if (delivery === undefined) throw new TypeError('Zoom has not told of a key changed by hand');
  zoom.redeliver(delivery);
}

function refusedWith(answer: () => string): Ending {
  return async (seen) => {
    await keepsKey(seen);
    return { text: answer(), tone: 'good' };
  };
}
