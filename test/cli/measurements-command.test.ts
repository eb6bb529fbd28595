import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { type MeasurementFile, measurementFileSchema } from '../../src/protocol/measurements';
import { run, temporaryFolder } from './command-line';

const head = 'layer,phase,precision,energy_mJ,time_ms,power_W,repeats,board,clock_MHz,source';

it('takes a file of measured energies, lists it, shows it and gives it back', async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'ultra96.csv'), `${head}\nconv1,forward,int8,1.8,2.5,3.1,20,Ultra96,300,INA226\n`);
  const taken = await run(['measure', 'import', 'ultra96.csv', '--model', 'resnet20', '--json'], folder);
  expect(taken).toMatchObject({ code: 0, error: '' });
  const { estimates, ...written } = JSON.parse(taken.output);
  const file: MeasurementFile = measurementFileSchema.parse(written);
  // 432 weights · 1024 places · 0.23 pJ and the traffic: microjoules.
  expect(estimates).toEqual({ profile: 'asic-45nm', joules: [expect.any(Number)] });
  expect(estimates.joules[0]).toBeGreaterThan(1e-6);
  expect(estimates.joules[0]).toBeLessThan(1e-5);
  expect(file).toMatchObject({ state: 'complete', origin: { kind: 'import', format: 'e2train', file: join(folder, 'ultra96.csv') } });
  expect(file.rows).toMatchObject([{ layer: 'conv1', energyJ: 0.0018, signature: expect.stringMatching(/^conv2d 32x32x3 > 32x32x16 /) }]);

  expect((await run(['measure', 'list'], folder)).output).toMatch(
    new RegExp(`^${file.id} +ultra96.csv +e2train file +complete +1 +–$`, 'm'),
  );
  const shown = await run(['measure', 'show', file.id], folder);
  expect(shown.output).toMatch(/^conv1 +forward +int8 +1\.80 mJ +2\.5 ms +3\.10 W +20 +measured +INA226$/m);
  const again = await run(['measure', 'import', 'ultra96.csv', '--model', 'resnet20', '--profile', 'eyeriss-65nm'], folder);
  expect(again.output).toContain('Estimates of the same layers, phases, images and operand widths by the device profile eyeriss-65nm');
  expect(again.output).toMatch(/^layer +phase +precision +energy +estimate +difference +time /m);
  expect(again.output).toMatch(/^conv1 +forward +int8 +1\.80 mJ +~\d\.\d\d µJ +\d+ times +2\.5 ms /m);
  const csv = await run(['measure', 'show', file.id, '--csv'], folder);
  expect(csv.output.split('\n')[1]).toBe('conv1,forward,int8,1.8,2.5,3.1,20,Ultra96,300,INA226,,,1');
});

it('keeps nothing of a file with a wrong line, and says which', async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'bad.csv'), `${head}\nconv1,forward,int8,1.8,,,,,,\nconv2,forward,int8,-1,,,,,,\n`);
  const { code, error } = await run(['measure', 'import', 'bad.csv'], folder);
  expect({ code, error }).toEqual({ code: 1, error: 'bad.csv cannot be imported: -1 in line 3, column energy_mJ, is not above 0.\n' });
  expect(readdirSync(folder)).toEqual(['bad.csv']);
});

it('says when a layer is none of the model’s, and when there is no such file or measurement', async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'other.csv'), `${head}\nconvX,forward,int8,1.8,,,,,,\n`);
  expect((await run(['measure', 'import', 'other.csv', '--model', 'resnet20'], folder)).error).toContain('has no layer “convX”');
  expect((await run(['measure', 'import', 'none.csv'], folder)).error).toContain('there is no such file');
  expect((await run(['measure', 'show', 'none'], folder)).error).toContain('There is no measurement “none”');
  expect((await run(['measure', 'list'], folder)).output).toContain('There are no measurements in');
});
