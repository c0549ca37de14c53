import { randomInt } from 'node:crypto';

/** 6 to 10 by the API's schema; digits only by its older text, and by every place that takes a key. */
const HOST_KEY = /^[0-9]{6,10}$/;

export function isHostKey(value: unknown): value is string {
  return typeof value === 'string' && HOST_KEY.test(value);
}

/** What the portal is known to refuse: one digit throughout (111111), or a run up or down (123456, 987654). */
export function isWeakHostKey(hostKey: string): boolean {
  const steps = new Set<number>();
  for (let i = 1; i < hostKey.length; i++) steps.add(hostKey.charCodeAt(i) - hostKey.charCodeAt(i - 1));
  const [step, ...others] = steps;
  return others.length === 0 && step !== undefined && Math.abs(step) <= 1;
}

/** The key Zoom gives a new user on its own. */
export function drawHostKey(): string {
  for (;;) {
    const hostKey = String(randomInt(1_000_000)).padStart(6, '0');
    if (!isWeakHostKey(hostKey)) return hostKey;
  }
}
