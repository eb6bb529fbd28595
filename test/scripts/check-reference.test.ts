import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isOff } from '../../src/scripts/reference/comparison';
import { type ReferenceFile, readReferenceFiles } from '../../src/scripts/reference/reference-files';
import { testedBuilds, withEngine } from '../engine/engine-builds';
import { contentOf, references } from './reference-content';

/** Expected values: the authors' PyTorch code, see test/reference/README.md. Tolerances stand in src/scripts/reference. */

const project = join(__dirname, '..', '..');

describe.each(testedBuilds)('On the %s build', (build) => {
  test.each(readReferenceFiles(references))('$file is met', async (file) => {
    const { format, content } = contentOf(file);
    const comparisons = await withEngine({ build, threads: 2 }, (engine) => format.check(content, engine));
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

  const write = (file: string, content: string | Uint8Array) => writeFileSync(join(folder, file), content);
  const copy = (file: string) => cpSync(join(references, file), join(folder, file));
  const parsed = (file: string) => JSON.parse(readFileSync(join(references, file), 'utf8'));
  const kindOf = (file: ReferenceFile) => ('format' in file ? file.format.name : 'problem' in file ? file.problem : 'unknown');
  const kinds = () => readReferenceFiles(folder).map(kindOf);
  const check = (...words: string[]) => {
    const all = ['src/scripts/check-reference.ts', folder, ...words];
    return spawnSync(join(project, 'node_modules', '.bin', 'tsx'), all, { cwd: project, encoding: 'utf8' });
  };
  /** A gated ResNet of the authors, changed before it is parsed. */
  const gatedResNet = (change: (content: Record<string, Record<string, unknown>>) => void): string => {
    const parts = [1, 2].map((part) => readFileSync(join(references, `slu-resnet14-psg.json.gz.${part}`)));
    const content = JSON.parse(gunzipSync(Buffer.concat(parts)).toString('utf8'));
    change(content);
    return JSON.stringify(content);
  };

  test('is refused in one sentence when it is missing or empty', () => {
    expect(() => readReferenceFiles(join(folder, 'none'))).toThrow(/^There is no folder .*: give one with reference files/);
    expect(() => readReferenceFiles(folder)).toThrow(/^The folder .* has no reference files/);
  });

  test('is known by what is in the files, whatever their names', () => {
    write('a.json', readFileSync(join(references, 'psg-conv.json')));
    write('b.json', '{"something": "else"}');
    write('c.json', '{');
    write('d.json.gz', gzipSync('[').subarray(0, 12));
    expect(kinds()).toEqual([
      'predictive convolutions',
      'unknown',
      expect.stringMatching(/^cannot be read/),
      expect.stringMatching(/^cannot be read/),
    ]);
  });

  test('names the field that a file of a known format lacks', () => {
    const [first, ...others] = parsed('psg-conv.json');
    write('a.json', JSON.stringify([first, { ...others[0], gwFull: undefined }]));
    write('b.json', JSON.stringify([{ ...parsed('quantize.json')[0], bits: 40 }]));
    write(
      'c.json',
      gatedResNet(({ params }) => delete params!['fc.bias']),
    );
    write(
      'd.json',
      gatedResNet(({ grads }) => {
        grads!['bn1.weight'] = null;
      }),
    );
    expect(kinds()).toEqual([
      'is of the format “predictive convolutions”, but cannot be used: [1].gwFull is missing: it must be an object.',
      'is of the format “quantizers”, but cannot be used: [0].bits must be at most 16, not 40.',
      'is of the format “gated ResNet”, but cannot be used: params["fc.bias"] must be a tensor of shape 10.',
      'is of the format “gated ResNet”, but cannot be used: grads["bn1.weight"] must be a tensor of the parameter’s shape.',
    ]);
  });

  test('fails where a file cannot be used, and still computes the others', () => {
    write('cut.json', readFileSync(join(references, 'psg-conv.json')).subarray(0, 20_000));
    write(
      'lacking.json',
      gatedResNet(({ params }) => delete params!['fc.bias']),
    );
    copy('quantize.json');
    const { status, stdout, stderr } = check();
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^cut\.json cannot be read: .* {2}OFF$/m);
    expect(stdout).toMatch(/^lacking\.json is of the format “gated ResNet”, but cannot be used: params\["fc\.bias"\] .* {2}OFF$/m);
    expect(stdout).toMatch(/^quantize\.json \(quantizers\)$/m);
    expect(stdout).toMatch(/^\d+ tensors compared, 2 off\.$/m);
    expect(status).toBe(1);
  });

  test('passes with a whole file that is meant for something else, but not with nothing else', () => {
    write('other.json', '{"accelerators": {}}');
    copy('quantize.json');
    const { status, stdout } = check('--engine', 'wasm');
    expect(stdout).toMatch(/^other\.json is of no format that is known here; not compared\.$/m);
    expect(stdout).toMatch(/, \d+ threads?$/m);
    expect(status).toBe(0);
    rmSync(join(folder, 'quantize.json'));
    expect(check()).toMatchObject({ status: 1, stderr: expect.stringMatching(/^No file in .* is of a format that is known here/) });
  });

  test('is not looked at by an engine that there is not', () => {
    copy('quantize.json');
    const { status, stderr } = check('--engine', 'foo');
    expect(stderr).toBe('--engine must be one of auto, native, wasm, tensorflow, not “foo”.\n');
    expect(status).toBe(1);
  });

  test('shows a case that is off', async () => {
    const cases = parsed('psg-conv.json');
    cases[1].gx = cases[1].x;
    write('a.json', JSON.stringify(cases));
    const { format, content } = contentOf(readReferenceFiles(folder)[0]);
    const comparisons = await withEngine({ build: 'native', threads: 1 }, (engine) => format.check(content, engine));
    expect(comparisons.filter(isOff).map(({ name }) => name)).toEqual([`${cases[1].name}: gx`]);
  });
});
