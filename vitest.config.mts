import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // The tests of the TensorFlow engine need `npm run engine:tensorflow`; where that cannot be done they are left out on demand only.
    exclude: ['test/e2e/**', 'test/workspaces/**', ...(process.env.E2TRAIN_WITHOUT_TENSORFLOW ? ['test/engine/tensorflow/**'] : [])],
    // Kernel threads and processes of their own run inside single tests: two files at once fill two cores.
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
