import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isOff } from '../../src/scripts/reference/comparison';
import { readReferenceFiles } from '../../src/scripts/reference/reference-files';
import { testedBuilds, withEngine } from '../engine/engine-builds';

/** Expected values: the authors' PyTorch code, see test/reference/README.md. Tolerances stand in src/scripts/reference/comparison.ts. */
const references = join(__dirname, '..', 'reference');

describe.each(testedBuilds)('On the %s build', (build) => {
  test.each(readReferenceFiles(references))('$file is met', async (reference) => {
    if ('problem' in reference) throw new Error(reference.problem);
    const comparisons = await withEngine({ build, threads: 2 }, (engine) => reference.format.check(reference.content, engine));
    expect(comparisons.length).toBeGreaterThan(10);
    expect(comparisons.filter(isOff)).toEqual([]);
  });
});

describe('A folder of references', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'e2-train-reference-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test('is refused in one sentence when it is missing or empty', () => {
    expect(() => readReferenceFiles(join(folder, 'none'))).toThrow(/^There is no folder .*: give one with reference files/);
    expect(() => readReferenceFiles(folder)).toThrow(/^The folder .* has no reference files/);
  });

  test('is known by what is in the files, whatever their names', () => {
    writeFileSync(join(folder, 'a.json'), readFileSync(join(references, 'psg-conv.json')));
    writeFileSync(join(folder, 'b.json'), '{"something": "else"}');
    writeFileSync(join(folder, 'c.json'), '{');
    const files = readReferenceFiles(folder).map((file) => ('problem' in file ? file.problem : file.format.name));
    expect(files[0]).toBe('predictive convolutions');
    expect(files[1]).toMatch(/^is of no format that is known here/);
    expect(files[2]).toMatch(/^cannot be read/);
  });

  test('shows a quantised network that is off by more than roundings can bring about', async () => {
    const reference = readReferenceFiles(references).find(({ file }) => file === 'slu-resnet14-psg.json.gz');
    if (reference === undefined || 'problem' in reference) throw new Error('The file is not known.');
    const content = structuredClone(reference.content) as { grads: Record<string, { values: Float32Array } | null> };
    const [one, other] = ['group1_layer0.conv1.weight', 'group1_layer0.conv2.weight'] as const;
    [content.grads[one], content.grads[other]] = [content.grads[other]!, content.grads[one]!];
    const comparisons = await withEngine({ build: 'native', threads: 1 }, (engine) => reference.format.check(content, engine));
    expect(comparisons.filter(isOff).map(({ name }) => name)).toEqual([`${one}: grads`, `${other}: grads`]);
  });

  test('shows a case that is off', async () => {
    const cases = JSON.parse(readFileSync(join(references, 'psg-conv.json'), 'utf8')) as { name: string; gx: unknown; x: unknown }[];
    cases[1]!.gx = cases[1]!.x;
    writeFileSync(join(folder, 'a.json'), JSON.stringify(cases));
    const [file] = readReferenceFiles(folder);
    if (file === undefined || 'problem' in file) throw new Error('The file is not known.');
    const comparisons = await withEngine({ build: 'native', threads: 1 }, (engine) => file.format.check(file.content, engine));
    expect(comparisons.filter(isOff).map(({ name }) => name)).toEqual([`${cases[1]!.name}: gx`]);
  });
});
