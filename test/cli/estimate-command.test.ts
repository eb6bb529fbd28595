import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { run, sampleModel, temporaryFolder } from './command-line';

const estimate = (...words: string[]) => run(['estimate', ...words], temporaryFolder());

it('prints what an iteration of a built-in network costs, by layer and phase', async () => {
  const { code, output, error } = await estimate('resnet20');
  expect({ code, error }).toEqual({ code: 0, error: '' });
  // He et al., CVPR 2016, table 6: 0.27 M parameters; the MACs are tested in test/network.
  expect(output).toMatch(
    /^resnet20: ~\S+ m?J per training iteration of 64 images \(SMB, fp32\)\n27\d k parameters, \d\d\.\d M MACs forward/,
  );
  expect(output).toMatch(/^layer +line +output +parameters +MACs +forward +input gradient +weight gradient +update +total +share$/m);
  expect(output).toMatch(/^conv1 +– +32×32×16 /m);
  expect(output).toContain('Estimated with the device profile asic-45nm; nothing was measured.');
});

it('shows every model of a file with the lines of its layers', async () => {
  const { code, output } = await estimate(sampleModel('models/several.js'));
  expect(code).toBe(0);
  for (const name of ['small', 'large', 'medium']) expect(output).toContain(`several.js ${name}: ~`);
  expect(output).toMatch(/ several\.js:\d+ /);
});

it('gives JSON with kind, unit and energies that add up', async () => {
  const { output } = await estimate('resnet8', '--batch', '16', '--json');
  const [estimated] = JSON.parse(output);
  expect(estimated).toMatchObject({ kind: 'estimated', unit: 'J per iteration', name: 'resnet8', network: { batchSize: 16 } });
  const sum = estimated.network.layers.reduce((total: number, { totalJ }: { totalJ: number }) => total + totalJ, 0);
  expect(sum).toBeCloseTo(estimated.network.totalJ, 12);
  expect(sum).toBeGreaterThan(0);
});

it('takes the input shape where the file leaves it open, and says so when it is not given', async () => {
  const file = sampleModel('models/no-input-shape.js');
  expect((await estimate(file, '--input', '32x32x3')).code).toBe(0);
  const { code, error } = await estimate(file);
  expect(code).toBe(1);
  expect(error.trim().split('\n')).toEqual([expect.stringContaining(', or say --input 32x32x3 here.')]);
});

const broken = (name: string) => sampleModel(`broken/${name}`);
it.each([
  [broken('syntax-error.ts'), 'Syntax error: unexpected token. (', 'syntax-error.ts:3)'],
  [broken('throws.js'), 'The file throws Error: Expected units to be a positive integer, but got -1. (', 'throws.js:4)'],
  [
    broken('returns-number.ts'),
    'The default export gives a number, not a model: return what tf.sequential() or tf.model() makes. (',
    ':1)',
  ],
  [broken('never-returns.js'), 'The file did not finish within 5 s: look for a loop that never ends', ''],
  [broken('unknown-layer.ts'), 'tf.layers has no layer “conv2D”: did you mean “conv2d”? (', 'unknown-layer.ts:4)'],
  [broken('needs-arguments.js'), 'The default export needs arguments (classes): give its parameters default values', ':1)'],
  [broken('no-model.js'), 'No model was found: export a model, or a function that returns one', ''],
  [broken('missing-import.ts'), 'The module “./missing” was not found: check the path. (', ':1)'],
  [sampleModel('broken'), `${sampleModel('broken')} is a folder: name the model file in it.`, ''],
  ['resnet9', 'is none of the built-in networks (resnet8, resnet14, resnet20, resnet38, resnet74, resnet110, mobilenetv2).', ''],
])('says of %s in one sentence why there is no estimate', async (file, beginning, end) => {
  const { code, output, error } = await estimate(file);
  expect({ code, output }).toEqual({ code: 1, output: '' });
  expect(error.trim().split('\n')).toHaveLength(1);
  expect(error).toContain(beginning);
  expect(error.trim().endsWith(end)).toBe(true);
});

it('says that an empty file has no model', async () => {
  const directory = temporaryFolder();
  writeFileSync(join(directory, 'empty.js'), '');
  const { code, error } = await run(['estimate', 'empty.js'], directory);
  expect(code).toBe(1);
  expect(error).toMatch(/^No model was found: .*\.\n$/);
});

it.each([
  [['--batch', '0'], '--batch must be at least 1, not 0.'],
  [['--batch', '4097'], '--batch must be at most 4096, not 4097.'],
  [['--profile', 'sun'], 'There is no device profile “sun”; choose one of: asic-45nm, eyeriss-65nm.'],
  [['--input', '32by32'], '--input must be sizes joined by x, such as 32x32x3, not “32by32”.'],
  [['--input', '2x2x3'], 'A ResNet needs images of at least 4×4 pixels, not 2×2.'],
])('refuses %j in one sentence', async (words, sentence) => {
  expect(await estimate('resnet8', ...words)).toMatchObject({ code: 1, output: '', error: `${sentence}\n` });
});
