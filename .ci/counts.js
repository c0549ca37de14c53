import { readFileSync } from 'node:fs';

/** A suite that could not even be loaded, or a run that left no result, is a failure too. */
const text = readFileSync(process.argv[2], 'utf8');
const result = text === '' ? { numPassedTests: 0, numRuntimeErrorTestSuites: 1 } : JSON.parse(text);
const { numPassedTests, numFailedTests = 0, numRuntimeErrorTestSuites, numPendingTests = 0 } = result;
const failed = numFailedTests + numRuntimeErrorTestSuites;
const skipped = numPendingTests > 0 ? `, ${numPendingTests} skipped` : '';
process.stdout.write(`${numPassedTests} passed, ${failed} failed${skipped}\n`);
