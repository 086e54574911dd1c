import { defineConfig } from 'vitest/config';

const needsPostgres = { globalSetup: ['test/support/postgres-setup.ts'], testTimeout: 30_000, hookTimeout: 60_000 };

export default defineConfig({
  test: {
    // Ending PostgreSQL and Keycloak takes its time on a busy machine.
    teardownTimeout: 60_000,
    projects: [
      { test: { name: 'unit', include: ['bridge/**/*.test.ts'] } },
      {
        test: {
          name: 'property',
          include: ['test/property/**/*.test.ts'],
          testTimeout: 60_000,
          ...{ globalSetup: needsPostgres.globalSetup },
        },
      },
      { test: { name: 'integration', include: ['test/integration/**/*.test.ts'], ...needsPostgres } },
      { test: { name: 'http', include: ['test/http/**/*.test.ts'], ...needsPostgres } },
      { test: { name: 'interop', include: ['test/interop/**/*.test.ts'], ...needsPostgres } },
      { test: { name: 'conformance', include: ['test/conformance/**/*.test.ts'], ...needsPostgres } },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          globalSetup: ['test/support/postgres-setup.ts', 'test/support/keycloak-setup.ts'],
          // Longer than what a test waits for anything, so that it can say what did not happen.
          testTimeout: 180_000,
          hookTimeout: 300_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'containers',
          include: ['test/containers/**/*.test.ts'],
          globalSetup: ['test/support/containers/containers-setup.ts'],
          testTimeout: 180_000,
          hookTimeout: 600_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          globalSetup: [
            'test/support/browser-setup.ts',
            'test/support/postgres-setup.ts',
            'test/support/keycloak-setup.ts',
          ],
          testTimeout: 120_000,
          hookTimeout: 240_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
