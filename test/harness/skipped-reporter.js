/** Jest counts what it skipped; this says what and, by the suite's title, why. */
export default class SkippedReporter {
  onRunComplete(_contexts, { testResults }) {
    const skipped = testResults
      .flatMap(({ testResults: tests }) => tests)
      .filter(({ status }) => status === 'pending' || status === 'todo')
      .map(({ fullName }) => `skipped: ${fullName}\n`);
    process.stderr.write(skipped.join(''));
  }
}
