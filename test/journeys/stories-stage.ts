import { addSource } from '../harness/people.js';
import { startCore, type TestCore } from '../harness/service.js';
import { startRehearsalZoom } from '../../src/rehearsal/zoom.js';

/** One service for many stories at once, each with people of its own. */
export interface Stage extends Pick<TestCore, 'core' | 'zoom' | 'logged'> {
  sources: Record<'okta' | 'payroll' | 'zoom', string>;
  close(): Promise<void>;
}

/** An hour is a minute, but a slow machine still gets its answers in time. */
const CLOCK_SPEED = 60;
const DURATIONS = { leaseMs: 6_000, zoomTimeoutMs: 4_000, sweepMs: 250, settleMs: 20, hourMs: 0 };

export async function openStage(): Promise<Stage> {
  const limits = { light: Infinity, medium: Infinity };
  const zoom = await startRehearsalZoom({ clockSpeed: CLOCK_SPEED, limits });
  const env = {
    CLOCK_SPEED: String(CLOCK_SPEED),
    ZOOM_RATE_LIGHT: '1000',
    ZOOM_RATE_MEDIUM: '1000',
    BRAKE_MINIMUM: '1000000',
  };
  const service = await startCore(env, { zoom, durations: DURATIONS });
  const { core, logged } = service;
  const sources = {
    okta: await addSource(core, 'scim', 'okta'),
    payroll: await addSource(core, 'scim', 'payroll'),
    zoom: await addSource(core, 'zoom'),
  };
  const close = async () => {
    await service.close();
    await zoom.close();
  };
  return { core, zoom, logged, sources, close };
}
