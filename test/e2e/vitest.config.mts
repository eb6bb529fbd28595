import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/e2e/**/*.test.ts'],
    exclude: [
      ...(process.env.E2TRAIN_WITHOUT_SSH_SERVER ? ['test/e2e/measuring.test.ts'] : []),
      ...(process.env.E2TRAIN_WITHOUT_PYTHON ? ['test/e2e/python.test.ts'] : []),
    ],
    // Each file owns a VS Code server and a browser; two at once would starve each other on two cores.
    fileParallelism: false,
    testTimeout: 180_000,
    hookTimeout: 180_000,
  },
});
