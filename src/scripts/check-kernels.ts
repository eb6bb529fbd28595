import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleGuardedRun, guardedRuns } from './kernel-check/guarded-runs';
import { sanitizersUnavailable } from './kernel-check/sanitized-host';
import { runUnderSanitizers } from './kernel-check/sanitized-run';

/**
 * `npm run check:kernels`: every operation of the kernels on odd shapes, under sanitizers, and as the package has it on every platform that
 * can be had or emulated here. What cannot run is said with the reason. `E2TRAIN_TEST_SEED` takes other shapes.
 */

const seed = Number(process.env.E2TRAIN_TEST_SEED ?? 20190);

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'e2train-check-'));
  let failed = false;
  const report = async (name: string, unavailable: string | undefined, run: () => string | Promise<string>) => {
    if (unavailable !== undefined) return console.log(`${name}: not run: ${unavailable}.`);
    try {
      console.log(`${name}: ${await run()}.`);
    } catch (failure) {
      failed = true;
      console.error(`${name}: failed: ${(failure as Error).message}`);
    }
  };
  try {
    await bundleGuardedRun(folder);
    for (const { name, unavailable, run } of guardedRuns(folder, seed)) await report(name, unavailable(), run);
    await report('sanitizers', sanitizersUnavailable(), () => runUnderSanitizers(folder, seed));
  } finally {
    // Wine goes on for a moment after its program has ended.
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  }
  process.exit(failed ? 1 : 0);
}

void main();
