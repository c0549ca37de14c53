import { nameOf, type Player } from './cast.js';
import { refusal, sharedKey } from './endings.js';
import { eventually } from './eventually.js';
import { mustBeAtRest, type Stage } from './stage.js';

export interface Check {
  name: string;
  ok: boolean;
  /** What is wrong. */
  detail?: string;
}

/** What must be true of everybody in the end. */
export async function checkAll(stage: Stage): Promise<Check[]> {
  const checks = [await check('no job is left unfinished', () => eventually(() => mustBeAtRest(stage)))];
  for (const who of Object.values(stage.cast)) checks.push(await checkPlayer(stage, who));
  return checks;
}

function checkPlayer(stage: Stage, who: Player): Promise<Check> {
  return who.end === 'holds'
    ? check(`${nameOf(who)}: our key is the key in Zoom`, () => sharedKey({ stage, who }))
    : check(`${nameOf(who)}: look-up refuses, and Zoom has no key of theirs`, () => refusal({ stage, who }));
}

async function check(name: string, look: () => Promise<unknown>): Promise<Check> {
  try {
    await look();
    return { name, ok: true };
  } catch (error) {
    return { name, ok: false, detail: error instanceof Error ? error.message : String(error) };
  }
}
