import { readFileSync } from 'node:fs';
import type { ConfigProblem } from './errors.js';
import { fileSettings, type SettingName, settingNames } from './settings.js';
import { findMisspelt } from './spelling.js';

export type Env = Readonly<Record<string, string | undefined>>;
export type ReadFile = (path: string) => string;

export interface Given {
  /** The settings that have a value, as text. */
  readonly texts: Readonly<Partial<Record<SettingName, string>>>;
  readonly problems: readonly ConfigProblem[];
}

/** Collects what the environment and the files it names say. An empty value is none; blanks around one are dropped. */
export function readGiven(env: Env, readFile: ReadFile = (path) => readFileSync(path, 'utf8')): Given {
  const texts: Partial<Record<SettingName, string>> = {};
  const problems: ConfigProblem[] = [];
  for (const name of settingNames) {
    const text = readOne(name, env, readFile);
    if (typeof text === 'object') problems.push(text);
    else if (text !== undefined) texts[name] = text;
  }
  return { texts, problems: [...problems, ...findSlips(env)] };
}

export function isGiven(env: Env, name: SettingName): boolean {
  return namesOf(name).some((own) => env[own]?.trim());
}

function namesOf(name: SettingName): readonly string[] {
  return fileSettings.includes(name) ? [name, `${name}_FILE`] : [name];
}

function readOne(name: SettingName, env: Env, readFile: ReadFile): string | ConfigProblem | undefined {
  const text = env[name]?.trim() || undefined;
  const path = fileSettings.includes(name) ? env[`${name}_FILE`]?.trim() : undefined;
  if (!path) return text;
  if (text !== undefined) return { name, reason: `is given twice: remove ${name} or ${name}_FILE` };
  try {
    return readFile(path).trim() || { name: `${name}_FILE`, reason: 'names an empty file' };
  } catch (error) {
    const { code = 'unreadable' } = error as NodeJS.ErrnoException;
    return { name: `${name}_FILE`, reason: `names a file that cannot be read (${code})` };
  }
}

function findSlips(env: Env): ConfigProblem[] {
  const known = new Set(settingNames.flatMap(namesOf));
  const strangers = Object.keys(env).filter((name) => env[name]?.trim() && !known.has(name));
  const missing = settingNames.filter((name) => !isGiven(env, name)).flatMap(namesOf);
  return findMisspelt(strangers, missing).map(({ name, meant }) => ({
    name,
    reason: `did you mean ${meant}?`,
  }));
}
