import { constants } from 'node:os';

/**
 * A terminal's Ctrl-C reaches npm and us, and npm passes it on as well: what comes within this time is the same
 * wish to stop, not impatience.
 */
const ONE_WISH_MS = 500;

/** Resolves with the first SIGTERM or SIGINT; a second one, of either kind, ends the process at once. */
export function firstSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let firstAt: number | undefined;
    const onSignal = (signal: NodeJS.Signals) => {
      firstAt ??= performance.now();
      if (performance.now() - firstAt > ONE_WISH_MS) process.exit(statusOf(signal));
      resolve(signal);
    };
    process.on('SIGTERM', onSignal);
    process.on('SIGINT', onSignal);
  });
}

/** How a shell tells that a signal ended a command. */
export function statusOf(signal: NodeJS.Signals): number {
  return 128 + constants.signals[signal];
}
