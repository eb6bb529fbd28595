import { describe, expect, it } from 'vitest';
import { asOwnFormat } from '../../../src/measurement/import/own-format';
import { readMeasurements } from '../../../src/measurement/import/read-measurements';
import type { FigureRow } from '../../../src/protocol/measurements';

const read = (text: string, more: Partial<Parameters<typeof readMeasurements>[1]> = {}) =>
  readMeasurements(text, { file: 'measured.csv', batchSize: 1, defaults: {}, ...more });

describe('our own form', () => {
  const head = 'layer,phase,precision,energy_mJ,time_ms,power_W,repeats,board,clock_MHz,source';

  it('gives joules, seconds and watts of one execution', () => {
    const { format, rows } = read(`${head}\nconv1,forward,int8,1.8,2.5,3.1,20,Ultra96,300,"INA226, all rails"\n`);
    expect(format).toBe('e2train');
    expect(rows).toEqual([
      {
        kind: 'measured',
        layer: 'conv1',
        phase: 'forward',
        precision: 'int8',
        batchSize: 1,
        energyJ: 0.0018,
        seconds: 0.0025,
        powerW: 3.1,
        repeats: 20,
        board: 'Ultra96',
        clockMHz: 300,
        source: 'INA226, all rails',
      },
    ]);
  });

  it('leaves out what the file leaves empty, and never makes it a zero', () => {
    const [row] = read(`${head}\nconv1,weight_gradient,fp32,2,,,,,,\n`).rows;
    expect(row).toEqual({
      kind: 'measured',
      layer: 'conv1',
      phase: 'weightGradient',
      precision: 'fp32',
      batchSize: 1,
      energyJ: 0.002,
      repeats: 1,
      source: 'measured.csv',
    });
  });

  it('calls a figure simulated or published where its source says so', () => {
    const { rows } = read(`${head}\na,forward,fp32,1,,,,,,simulated with Vivado\nb,forward,fp32,1,,,,,,"published: table 2"\n`);
    expect(rows.map(({ kind }) => kind)).toEqual(['simulated', 'published']);
  });

  it('is written as it is read', () => {
    const text = `${head},error_mJ,idle_W,batch\nconv1,forward,int8,1.8,2.5,3.1,20,Ultra96,300,"a ""quoted"", source",0.05,2.25,8\n`;
    expect(asOwnFormat(read(text).rows as FigureRow[])).toBe(text);
  });

  it.each([
    ['conv1,forward,int8,none,,,,,,', 'measured.csv cannot be imported: “none” in line 2, column energy_mJ, is no number.'],
    ['conv1,forward,int8,0,,,,,,', 'measured.csv cannot be imported: 0 in line 2, column energy_mJ, is not above 0.'],
    [
      'conv1,backward,int8,1,,,,,,',
      'measured.csv cannot be imported: “backward” in line 2 is no phase (forward, inputGradient, weightGradient, update).',
    ],
    ['conv1,forward,int8,1,,,1.5,,,', 'measured.csv cannot be imported: 1.5 in line 2, column repeats, is no whole number.'],
    [',forward,int8,1,,,,,,', 'measured.csv cannot be imported: line 2 has no layer.'],
    ['conv1,forward,int8', 'measured.csv cannot be imported: line 2 has 3 cells, and there are 10 columns.'],
  ])('refuses “%s” with one sentence', (line, sentence) => {
    expect(() => read(`${head}\n${line}\n`)).toThrow(sentence);
  });
});

// Form of the file: zeus.monitor.ZeusMonitor(log_file=…), commit 00161b2 of ml-energy/zeus; energies in joules.
describe('a log of Zeus', () => {
  const log = `start_time,window_name,elapsed_time,gpu0_energy,gpu1_energy
1700000000.1,conv1/forward/fp32,2.0,100.0,20.0
1700000003.1,conv1/forward/fp32,2.0,104.0,20.0
1700000006.1,block/conv2/weightGradient/fp32,1.0,30.0,10.0
`;

  it('sums devices, and takes windows of one name as repeats', () => {
    const { format, rows } = read(log);
    expect(format).toBe('zeus');
    // 120 and 124 J: mean 122, standard deviation √8, of the mean √4.
    expect(rows[0]).toMatchObject({
      layer: 'conv1',
      phase: 'forward',
      precision: 'fp32',
      energyJ: 122,
      repeats: 2,
      seconds: 2,
      powerW: 61,
    });
    expect((rows[0] as FigureRow).standardErrorJ).toBeCloseTo(2, 12);
    expect(rows[0]).not.toHaveProperty('idleW');
    expect(rows[1]).toMatchObject({ layer: 'block/conv2', phase: 'weightGradient', energyJ: 40, repeats: 1 });
    expect(rows[1]).not.toHaveProperty('standardErrorJ');
  });

  it('takes the idle power off where a window is called idle', () => {
    const [row] = read(`${log}1700000009.1,idle,10.0,100.0,50.0\n`).rows;
    expect(row).toMatchObject({ energyJ: 92, idleW: 15 });
  });

  it('takes phase and precision for the whole file, and asks for them where they are missing', () => {
    const plain = 'start_time,window_name,elapsed_time,gpu0_energy\n1,conv1,2,10\n';
    expect(read(plain, { defaults: { phase: 'forward', precision: 'fp16' } }).rows[0]).toMatchObject({
      phase: 'forward',
      precision: 'fp16',
    });
    expect(() => read(plain)).toThrow('the name “conv1” in line 2 does not tell the phase');
  });
});

// Form of the file: pynq.DataRecorder(…).frame.to_csv(), pynq/pmbus.py, commit 1462338 of Xilinx/PYNQ: index of UTC times, Mark, <rail>_power.
describe('a recording of PYNQ', () => {
  /** Twenty readings a second; the power of each mark is constant but for the last two rails' share. */
  const recording = (marks: readonly [string, number][]) => {
    const lines: string[] = [];
    let tick = 0;
    for (const [mark, watts] of marks) {
      for (let reading = 0; reading < 41; reading++, tick++) {
        const time = new Date(1_700_000_000_000 + tick * 50).toISOString().replace('T', ' ').replace('Z', '000');
        lines.push(`${time},${mark},${watts * 0.75},${watts * 0.25}`);
      }
    }
    return `,Mark,VCCINT_power,VCCAUX_power\n${lines.join('\n')}\n`;
  };
  const labels = `mark,layer,phase,precision,executions
0,idle,,,
1,conv1,forward,int8,100
2,conv1,forward,int8,100
3,idle,,,
`;

  it('gives net energy over the idle marks, by the readings’ own times', () => {
    const { format, rows } = read(
      recording([
        ['0', 2],
        ['1', 5],
        ['2', 5],
        ['3', 2],
      ]),
      { labels },
    );
    expect(format).toBe('pynq');
    // 40 intervals of 50 ms at 5 W − 2 W, over 100 executions.
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({ layer: 'conv1', repeats: 2, executions: 100, idleW: 2, samples: 82, gaps: 0 });
    expect((rows[0] as FigureRow).energyJ).toBeCloseTo(0.06, 9);
    expect((rows[0] as FigureRow).powerW).toBeCloseTo(5, 9);
  });

  it('says which mark a label asks for in vain', () => {
    const { rows } = read(recording([['0', 2]]), { labels });
    expect(rows).toEqual([
      {
        kind: 'unavailable',
        layer: 'conv1',
        phase: 'forward',
        precision: 'int8',
        reason: 'The recording has no mark 1: correct the labels.',
      },
    ]);
  });

  it('asks for labels', () => {
    expect(() => read(recording([['0', 2]]))).toThrow('its marks are numbers: give --labels FILE');
  });
});

it.each([
  ['', 'measured.csv cannot be imported: it is empty.'],
  ['a,b\n1,2\n', /its columns \(a, b\) are those of no known form/],
  ['layer,phase,precision,energy_mJ\n', 'it has column names and no lines below them'],
  ['layer,phase,precision,energy_mJ\n"a,forward,fp32,1\n', 'line 2 has a quotation mark that is not closed'],
])('refuses what is no table of energies: %j', (text, sentence) => {
  expect(() => read(text)).toThrow(sentence);
});
