import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { placeOfJsonError } from '../http/json-position.js';
import { readExtensions, type SchemaFile, type SchemaProblem } from '../inbound/scim/extension-schema.js';
import { createShapes, type Shapes } from '../inbound/scim/shape.js';

/** All that is wrong with the files of schemas, at once. */
class SchemasInvalid extends Error {
  override readonly name = 'SchemasInvalid';
  readonly code = 'SCHEMAS_INVALID';

  constructor(folder: string, problems: readonly SchemaProblem[]) {
    const lines = problems.map(
      ({ file, place, reason }) => `  ${file}: ${place === '' ? '' : `${place} `}${reason}`,
    );
    super([`the schemas in ${folder} cannot be used:`, ...lines].join('\n'));
  }
}

/** The shapes of SCIM's resources, with the extensions in `schemas/*.json` of the data directory. Throws SchemasInvalid. */
export async function loadShapes(dataDir: string): Promise<Shapes> {
  const folder = join(dataDir, 'schemas');
  const names = (await listFiles(folder)).filter((name) => name.endsWith('.json')).sort();
  const read = await Promise.all(names.map((name) => readSchemaFile(folder, name)));
  const { extensions, problems } = readExtensions(read.filter((one) => 'json' in one));
  const all = [...read.filter((one) => 'reason' in one), ...problems];
  if (all.length > 0) throw new SchemasInvalid(folder, all.sort(byFile));
  return createShapes(extensions);
}

function byFile(one: SchemaProblem, other: SchemaProblem): number {
  return one.file < other.file ? -1 : Number(one.file > other.file);
}

async function listFiles(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return [];
    const reason = `the folder cannot be read (${code ?? 'unreadable'})`;
    throw new SchemasInvalid(folder, [{ file: '.', place: '', reason }]);
  }
}

async function readSchemaFile(folder: string, name: string): Promise<SchemaFile | SchemaProblem> {
  const tell = (reason: string): SchemaProblem => ({ file: name, place: '', reason });
  let text: string;
  try {
    text = (await readFile(join(folder, name), 'utf8')).replace(/^\uFEFF/, '');
  } catch (error) {
    return tell(`cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unreadable'})`);
  }
  try {
    return { name, json: JSON.parse(text) as unknown };
  } catch {
    return tell(`is not JSON: see ${placeOfJsonError(text)}`);
  }
}
