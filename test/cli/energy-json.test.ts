import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { builtinProfiles } from '../../src/energy/device-profile';
import { run, sampleModel, temporaryFolder } from './command-line';

/** With `--json` the energy commands print one JSON value and nothing else; what goes wrong is one sentence on the error output, and exit code 1. */

const head = 'layer,phase,precision,energy_mJ';

/** A folder with a profile of one's own, a measurement, and a board that is not there. */
function folder(): string {
  const made = temporaryFolder();
  mkdirSync(join(made, '.e2train', 'profiles'), { recursive: true });
  writeFileSync(join(made, '.e2train', 'profiles', 'mine.json'), JSON.stringify({ ...builtinProfiles[0], name: 'mine' }));
  writeFileSync(join(made, '.e2train', 'boards.json'), JSON.stringify({ gone: { address: 'local', root: join(made, 'nothing') } }));
  writeFileSync(join(made, 'figures.csv'), `${head}\nconv1,forward,int8,1.8\n`);
  return made;
}

describe('one JSON value', () => {
  it.each<[string[], (value: never) => void]>([
    [
      ['estimate', 'resnet8', '--profile', 'mine'],
      (value) => expect(value).toMatchObject([{ kind: 'estimated', unit: 'J per iteration', network: { profile: 'mine' } }]),
    ],
    [['estimate', sampleModel('models/several.js')], (value) => expect(value).toHaveLength(3)],
    [
      ['profiles', 'list'],
      (value) =>
        expect(value).toMatchObject([
          { name: 'asic-45nm', from: 'built in' },
          { name: 'eyeriss-65nm', from: 'built in' },
          { name: 'mine', from: '.e2train/profiles/mine.json' },
        ]),
    ],
    [['profiles', 'show', 'eyeriss-65nm'], (value) => expect(value).toEqual(builtinProfiles[1])],
    [
      ['profiles', 'validate', '.e2train/profiles/mine.json'],
      (value) => expect(value).toEqual({ file: '.e2train/profiles/mine.json', name: 'mine', valid: true }),
    ],
    [['measure', 'list'], (value) => expect(value).toEqual([])],
    [['measure', 'import', 'figures.csv', '--model', 'resnet8'], (value) => expect(value).toMatchObject({ state: 'complete', format: 1 })],
  ])('comes of %j', async (words, check) => {
    const { code, output, error } = await run([...words, '--json'], folder());
    expect({ code, error }).toEqual({ code: 0, error: '' });
    check(JSON.parse(output) as never);
  });
});

describe('one sentence, and no JSON', () => {
  it.each([
    [['estimate', 'resnet8', '--profile', 'sun'], 'There is no device profile “sun”; choose one of: asic-45nm, eyeriss-65nm, mine.'],
    [['estimate', 'resnet9'], 'is none of the built-in networks ('],
    [['profiles', 'show', 'sun'], 'There is no device profile “sun”; choose one of: '],
    [['profiles', 'validate', 'none.json'], 'none.json cannot be read (ENOENT).'],
    [['profiles', 'validate', 'figures.csv'], 'figures.csv is no JSON: '],
    [['measure', 'resnet8', '--workload', './run {layer.json}'], 'Say with --board where to measure: '],
    [['measure', 'resnet8', '--board', 'gone'], 'On local, there is no /proc/uptime, which every Linux has.'],
    [['measure', 'resnet8', '--board', 'gone', '--profile', 'sun'], 'There is no device profile “sun”; choose one of: '],
    [['measure', 'resnet8', '--board', 'gone', '--layers', 'conv99'], 'The model “resnet8” has no layer “conv99”; it has '],
    [['measure', 'resnet8', '--board', 'gone', '--phases', 'sideways'], '--phases must be'],
    [['measure', 'meters', '--board', 'gone'], 'On local, there is no /proc/uptime, which every Linux has.'],
    [['measure', 'show', 'none'], 'There is no measurement “none” in '],
    [['measure', 'import', 'none.csv'], 'none.csv cannot be read: there is no such file.'],
    [['calibrate', 'figures.csv', '--name', 'x', '--model', 'resnet8'], 'One measurement cannot fit '],
  ])('comes of %j', async (words, sentence) => {
    const { code, output, error } = await run([...words, '--json'], folder());
    expect({ code, output }).toEqual({ code: 1, output: '' });
    const sentences = error
      .trim()
      .split('\n')
      .filter((line) => !/^\d+\/\d+ Connecting to /.test(line));
    expect(sentences).toEqual([expect.stringContaining(sentence)]);
  });
});

it.each([
  [undefined, 'layer.json is no layer of “e2train measure”: ENOENT'],
  ['{', 'layer.json is no layer of “e2train measure”: '],
  ['{}', 'layer.json is no layer of “e2train measure”: '],
  [
    '{"kind":"dense","name":"d","outputShape":[2],"units":2,"useBias":false,"inputShapes":[[3]],"phase":"forward","precision":"int8","batchSize":1,"executions":1}',
    'This machine computes layers in fp32, not in int8: measure with --precision fp32.',
  ],
])('run-layer says in one sentence why it does not run %s', async (text, sentence) => {
  const made = temporaryFolder();
  if (text !== undefined) writeFileSync(join(made, 'layer.json'), text);
  const { code, output, error } = await run(['run-layer', 'layer.json'], made);
  expect({ code, output }).toEqual({ code: 1, output: '' });
  expect(error.trim().split('\n')).toEqual([expect.stringContaining(sentence)]);
});
