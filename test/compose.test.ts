import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { Ajv } from 'ajv';
import { parse } from 'yaml';
import { fileSettings, settingNames } from '../src/config/settings.js';

interface Container {
  image: string;
  build?: string;
  command?: string[];
  depends_on?: Record<string, { condition: string }>;
  environment?: Record<string, string>;
  healthcheck?: { test: string[] };
  networks?: string[];
  ports?: string[];
  secrets?: string[];
  volumes?: string[];
}

interface Compose {
  services: Record<string, Container>;
  networks: Record<string, { internal?: boolean } | null>;
  volumes: Record<string, unknown>;
  secrets: Record<string, { file: string }>;
}

const read = (path: string) => readFileSync(fileURLToPath(new URL(`../${path}`, import.meta.url)), 'utf8');
const compose = parse(read('docker-compose.yml'), { merge: true }) as Compose;
const services = Object.entries(compose.services);
const service = (name: string) => compose.services[name] ?? ({ image: '' } as Container);

test('docker-compose.yml is what the Compose Specification allows', () => {
  const schema = JSON.parse(read('test/fixtures/compose/compose-spec.schema.json')) as object;
  const validate = new Ajv({ allErrors: true, strict: false }).compile(schema);
  validate(compose);
  expect(validate.errors ?? []).toEqual([]);
});

test('every network, volume, secret and service that is named is there', () => {
  for (const [, { networks = [], volumes = [], secrets = [], depends_on = {} }] of services) {
    expect(Object.keys(compose.networks)).toEqual(expect.arrayContaining(networks));
    expect(Object.keys(compose.secrets)).toEqual(expect.arrayContaining(secrets));
    expect(Object.keys(compose.services)).toEqual(expect.arrayContaining(Object.keys(depends_on)));
    for (const [source = ''] of volumes.map((volume) => volume.split(':'))) {
      const isThere = source.startsWith('.')
        ? existsSync(new URL(`../${source}`, import.meta.url))
        : source in compose.volumes;
      expect([source, isThere]).toEqual([source, true]);
    }
  }
});

test('the queue in Redis is appended to disk and never evicted', () => {
  const options = service('redis').command?.join(' ');
  expect(options).toContain('--appendonly yes');
  expect(options).toContain('--appendfsync everysec');
  expect(options).toContain('--maxmemory-policy noeviction');
  expect(service('redis').volumes).toEqual(['redis:/data']);
});

test('PostgreSQL is 18 and keeps its data', () => {
  expect(service('postgres').image).toBe('postgres:18');
  expect(service('postgres').volumes).toEqual(['postgres:/var/lib/postgresql']);
});

test('whatever stays up is watched, and nothing starts before what it needs is healthy', () => {
  const watched = services.filter(([, { healthcheck }]) => healthcheck !== undefined).map(([name]) => name);
  expect(watched.sort()).toEqual(['caddy', 'hostkeeper', 'postgres', 'redis']);
  expect(service('hostkeeper').depends_on).toEqual({
    migrate: { condition: 'service_completed_successfully' },
    postgres: { condition: 'service_healthy' },
    redis: { condition: 'service_healthy' },
  });
  expect(service('migrate').depends_on).toEqual({ postgres: { condition: 'service_healthy' } });
  expect(service('caddy').depends_on).toEqual({ hostkeeper: { condition: 'service_healthy' } });
});

test('the world reaches the service by HTTPS alone, and database and queue not at all', () => {
  expect(services.filter(([, { ports }]) => ports !== undefined).map(([name]) => name)).toEqual(['caddy']);
  expect(compose.networks['inner']).toEqual({ internal: true });
  expect(service('postgres').networks).toEqual(['inner']);
  expect(service('redis').networks).toEqual(['inner']);
  expect(read('deploy/Caddyfile')).toMatch(/\{\$DOMAIN\} \{\s+reverse_proxy hostkeeper:8080\s+\}/);
});

test('secrets are files outside the repository, never values', () => {
  for (const { file } of Object.values(compose.secrets)) expect(file).toMatch(/^\.\/deploy\/secrets\//);
  expect(read('deploy/secrets/.gitignore')).toBe('*\n!.gitignore\n');
  for (const [, { environment = {}, secrets = [] }] of services) {
    const files = Object.entries(environment).filter(([name]) => name.endsWith('_FILE'));
    expect(files.map(([, path]) => path).sort()).toEqual(
      secrets.map((secret) => `/run/secrets/${secret}`).sort(),
    );
    const values = Object.keys(environment).filter((name) =>
      /SECRET|PASSWORD|TOKEN|_KEYS|DATABASE_URL/.test(name),
    );
    expect(values.filter((name) => !name.endsWith('_FILE'))).toEqual([]);
  }
});

test('the service is told only settings that it has', () => {
  const known = [...settingNames, ...fileSettings.map((name) => `${name}_FILE`)];
  for (const name of ['hostkeeper', 'migrate']) {
    expect(known).toEqual(expect.arrayContaining(Object.keys(service(name).environment ?? {})));
  }
});

test('the image runs a build, as nobody special, and without what only builds', () => {
  const [, image = ''] = read('Dockerfile').split('\nFROM ');
  expect(read('Dockerfile')).toMatch(/^FROM node:20-slim AS build\n/);
  expect(image).toMatch(/^node:20-slim\n/);
  expect(image).toContain('\nUSER node\n');
  expect(image).toContain('\nCMD ["serve"]');
  expect(image).not.toMatch(/COPY .*\bsrc\b/);
});
