export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  // The quick set; `npm run test:processes` names the others.
  testMatch: ['**/*.test.ts', '!**/test/processes/**'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'es6' } },
    ],
  },
  globalSetup: '<rootDir>/test/harness/global-setup.js',
  globalTeardown: '<rootDir>/test/harness/global-teardown.js',
  reporters: ['default', '<rootDir>/test/harness/skipped-reporter.js'],
  maxWorkers: 2,
  testTimeout: 60_000,
};
