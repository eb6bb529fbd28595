import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findDeviceProfile } from '../../src/energy/device-profile';
import type { Engine } from '../../src/engine/engine';
import { createLocalEngine } from '../../src/engine/local/local-engine';
import { type DeviceProfile, deviceProfileSchema } from '../../src/protocol/device-profile';
import { GraphBuilder } from './graph-builder';
import { RunHarness } from './run-harness';

const graph = new GraphBuilder([8, 8, 3])
  .flatten('flatten', 'input')
  .dense('dense', 'flatten', 5)
  .activation('softmax', 'dense', 'softmax')
  .build();

/** The built-in profile at so many times its prices: what is done stays the same, so that every energy is that many times as much. */
function priced(factor: number): DeviceProfile {
  const text = JSON.stringify({ ...findDeviceProfile('asic-45nm'), name: 'mine' });
  return deviceProfileSchema.parse(
    JSON.parse(text, (key, value) => (key.endsWith('PJ') ? { ...value, value: factor * value.value } : value)),
  );
}

describe('a run for a profile of one’s own', () => {
  let engine: Engine;
  let harness: RunHarness;
  beforeAll(async () => {
    engine = await createLocalEngine({ build: 'native', threads: 1 });
    harness = new RunHarness(engine, graph);
  });
  afterAll(async () => {
    harness.dispose();
    await engine.dispose();
  });

  const energyOf = (run: ReturnType<RunHarness['create']>) => harness.records(run, 'iteration').at(-1)!.energyJ;

  it('accounts for its energies by that profile, a resume included, whatever became of the file', async () => {
    const plain = harness.create({ iterations: 6 });
    await harness.work(plain);
    const run = harness.create({ iterations: 6, deviceProfile: 'mine' }, priced(3));
    // There is no file of that name anywhere: the run's folder alone holds the profile.
    expect(await harness.work(run, { stopAt: 3 })).toBe('stopped');
    expect(await harness.work(run)).toBe('finished');
    expect(energyOf(run)).toBeCloseTo(3 * energyOf(plain), 12);
  });

  it('says in one sentence that it cannot go on when the folder has lost it', async () => {
    const run = harness.create({ iterations: 2, deviceProfile: 'mine' }, priced(2));
    rmSync(join(run.directory, 'device-profile.json'));
    await expect(harness.work(run)).rejects.toThrow('There is no device profile “mine”; choose one of: asic-45nm, eyeriss-65nm.');
  });
});
