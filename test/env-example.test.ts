import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { fileSettings, settingNames } from '../src/config/settings.js';
import { readConfig } from '../src/config.js';

const lines = readFileSync(new URL('../.env.example', import.meta.url), 'utf8').split('\n');

const SETTING = /^(# )?([A-Z][A-Z0-9_]*)=(.*)$/;

interface Shown {
  readonly name: string;
  readonly isUnset: boolean;
  readonly value: string;
  readonly meaning: string;
}

const shown = lines.flatMap((line, index): Shown[] => {
  const [, comment, name, value] = SETTING.exec(line) ?? [];
  if (name === undefined || value === undefined) return [];
  return [{ name, isUnset: comment !== undefined, value, meaning: lines[index - 1] ?? '' }];
});

test('.env.example lists every setting we read, once, and no other', () => {
  expect(shown.map(({ name }) => name).sort()).toEqual([...settingNames].sort());
});

test('each has its meaning in the line above', () => {
  const bare = shown.filter(({ meaning }) => !/^# \S.{10,}\.$/.test(meaning) || SETTING.test(meaning));
  expect(bare.map(({ name }) => name)).toEqual([]);
});

test('the values in .env.example are the defaults: copying it changes nothing', () => {
  const set = shown.filter(({ isUnset }) => !isUnset);
  expect(readConfig(Object.fromEntries(set.map(({ name, value }) => [name, value])))).toEqual(readConfig({}));
});

test('a setting shown as unset has no default, and one shown with a value has', () => {
  const empty = readConfig({});
  const text = JSON.stringify(empty);
  for (const { name, isUnset, value } of shown) {
    if (isUnset) expect({ name, value }).toEqual({ name, value: '' });
    else expect({ name, isDefault: text.includes(value) }).toEqual({ name, isDefault: true });
  }
});

test('it names every setting that may come from a file', () => {
  const head = lines.slice(0, 4).join(' ');
  expect(fileSettings.filter((name) => !head.includes(name))).toEqual([]);
});
