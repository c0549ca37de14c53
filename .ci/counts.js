import { existsSync, readFileSync } from 'node:fs';

/** A suite that could not even be loaded, or a run that left no result, is a failure too. */
const results = process.argv.slice(2).map((file) => {
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  return text === '' ? { numRuntimeErrorTestSuites: 1 } : JSON.parse(text);
});
const sum = (...names) =>
  results.reduce((all, one) => names.reduce((total, name) => total + (one[name] ?? 0), all), 0);
const skipped = sum('numPendingTests');
const failed = sum('numFailedTests', 'numRuntimeErrorTestSuites');
process.stdout.write(
  `${sum('numPassedTests')} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`,
);
