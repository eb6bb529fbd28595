import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Tests of the TensorFlow engine need `npm run engine:tensorflow`, those of Python models `npm run python:libraries`,
    // those of boards OpenSSH's server; where that cannot be had they are left out on demand only.
    exclude: [
      'test/e2e/**',
      'test/workspaces/**',
      ...(process.env.E2TRAIN_WITHOUT_TENSORFLOW ? ['test/engine/tensorflow/**'] : []),
      ...(process.env.E2TRAIN_WITHOUT_SSH_SERVER ? ['test/measurement/board/over-ssh/**'] : []),
      ...(process.env.E2TRAIN_WITHOUT_PYTHON ? ['test/python/**'] : []),
    ],
    // Kernel threads and processes of their own run inside single tests, so that two files at once fill two cores; tests of meters and
    // boards wait most of the time, so a third finds room.
    maxWorkers: 3,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
