import type { RehearsalZoom } from './zoom.js';
import { createCast } from './story/cast.js';
import { type Check, checkAll } from './story/checks.js';
import { createEntra } from './story/entra.js';
import { createHostkeeper } from './story/hostkeeper.js';
import { createOkta } from './story/okta.js';
import { playEntra, playOkta } from './story/scenes/people.js';
import { playOutage, playRefusal } from './story/scenes/trouble.js';
import { playArrivals, playMeddling } from './story/scenes/zoom.js';
import { BeatFailed, type Stage } from './story/stage.js';
import { createTable } from './story/table.js';

export { nextSteps } from './story/next-steps.js';

export interface StoryOptions {
  service: {
    /** Where the service listens, without a slash at its end. */
    url: string;
    /** Of a source of kind `scim`; likewise `entraToken`. */
    oktaToken: string;
    entraToken: string;
    /** Scopes `jobs:read` and `jobs:write`. */
    adminToken: string;
    /** Scope `keys:read`. */
    lookupToken: string;
  };
  /** Its webhook is the service's source `zoom`. */
  zoom: RehearsalZoom;
  print: (line: string) => void;
  colour: boolean;
  /** The service's, and the rehearsal Zoom's: from 10 on, no wait is longer than a few seconds. */
  clockSpeed: number;
}

export interface StoryResult {
  checks: Check[];
  ok: boolean;
}

/**
 * Plays joiners, movers and leavers to a running service over HTTP, as Okta, Entra ID and Zoom would, and prints
 * what came of it. Never rejects for what the service does wrong: the first thing that does not come true ends the
 * story, and is its one failed check.
 */
export async function playStory(options: StoryOptions): Promise<StoryResult> {
  const stage = setStage(options);
  const checks = await playAll(stage);
  stage.table.section('In the end');
  for (const check of checks) stage.table.check(check);
  return { checks, ok: checks.every((check) => check.ok) };
}

function setStage({ service, zoom, print, colour, clockSpeed }: StoryOptions): Stage {
  const { url, oktaToken, entraToken } = service;
  const cast = createCast();
  const arriveLater = [cast.zoe, cast.tomas];
  const there = Object.values(cast).filter((player) => !arriveLater.includes(player));
  for (const player of there) {
    zoom.users.add({ email: player.zoomMail, firstName: player.given, lastName: player.family });
  }
  return {
    url,
    cast,
    okta: createOkta({ url, token: oktaToken }),
    entra: createEntra({ url, token: entraToken }),
    zoom,
    keeper: createHostkeeper(service),
    table: createTable(print, colour),
    clockSpeed,
  };
}

async function playAll(stage: Stage): Promise<Check[]> {
  const { table, zoom } = stage;
  try {
    table.columns();
    table.section('Directories speak');
    await playOkta(stage);
    await playEntra(stage);
    table.section('Zoom speaks');
    await playArrivals(stage);
    await playMeddling(stage);
    table.section('Things go wrong');
    await playOutage(stage);
    await playRefusal(stage);
    return await checkAll(stage);
  } catch (error) {
    if (!(error instanceof BeatFailed)) throw error;
    return [{ name: error.beat, ok: false, detail: error.message }];
  } finally {
    zoom.faults.clear();
  }
}
