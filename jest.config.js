// Tests see the sources of the workspace packages, so that none of them waits for a build.
const shared = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2023' }, module: { type: 'es6' } },
    ],
  },
  moduleNameMapper: { '^@oke-pipeline/([a-z-]+)$': '<rootDir>/packages/$1/src/index.ts' },
  modulePathIgnorePatterns: [
    '<rootDir>/.*/lib/',
    '<rootDir>/dist/',
    '<rootDir>/examples/',
    '<rootDir>/test/demo/commits/',
  ],
  setupFilesAfterEnv: ['<rootDir>/test/setup/loopback-only.ts'],
}

export default {
  // Most of the time a test on real parts waits: for pods, builds and scans.
  maxWorkers: 2,
  // Node.js never frees the modules of a test file: a worker that has grown is replaced.
  workerIdleMemoryLimit: '800MB',
  projects: [
    {
      ...shared,
      displayName: 'unit',
      testMatch: [
        '<rootDir>/{packages,actions}/*/test/**/*.test.ts',
        '<rootDir>/test/{contract,demo,lab}/**/*.test.ts',
      ],
      testPathIgnorePatterns: ['\\.real\\.test\\.ts$', '/node_modules/'],
    },
    {
      ...shared,
      displayName: 'real',
      // These need the lab: a registry, a builder, a scanner, a cluster.
      setupFilesAfterEnv: [...shared.setupFilesAfterEnv, '<rootDir>/test/setup/patience.ts'],
      testMatch: ['<rootDir>/{packages,actions,test}/**/*.real.test.ts'],
      globalSetup: '<rootDir>/test/setup/start-lab.ts',
      globalTeardown: '<rootDir>/test/setup/stop-lab.ts',
    },
  ],
}
