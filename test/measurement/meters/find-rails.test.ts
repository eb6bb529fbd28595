import { describe, expect, it } from 'vitest';
import { findRails, raplFix } from '../../../src/measurement/meters/find-rails';
import type { SensorRail } from '../../../src/measurement/meters/sensor-rail';
import type { SensorTree } from '../../../src/measurement/meters/sensor-tree';

const tree = (files: Record<string, string | number>): SensorTree =>
  new Map(Object.entries(files).map(([path, text]) => [`/sys/class/${path}`, text === 'denied' ? 'denied' : { text: `${text}` }]));
const rails = (files: Record<string, string | number>, wanted?: string[]) => findRails(tree(files), wanted) as SensorRail[];
const counted = (found: SensorRail[]) => found.filter((rail) => rail.counted).map(({ name }) => name);

/** A zone of powercap. */
const zone = (folder: string, name: string, energy: string | number = 1000) => ({
  [`powercap/${folder}/name`]: name,
  [`powercap/${folder}/energy_uj`]: energy,
  [`powercap/${folder}/max_energy_range_uj`]: 262_143_328_850,
});
// Layout of the kernel's Documentation/power/powercap/powercap.rst, as a laptop shows it.
const laptop = {
  ...zone('intel-rapl:0', 'package-0'),
  ...zone('intel-rapl:0:0', 'core'),
  ...zone('intel-rapl:0:1', 'uncore'),
  ...zone('intel-rapl:0:2', 'dram'),
  ...zone('intel-rapl:1', 'psys'),
  ...zone('intel-rapl-mmio:0', 'package-0'),
};

describe('RAPL', () => {
  it('sums packages and memory, and nothing twice', () => {
    const found = rails(laptop);
    expect(found.map(({ name }) => name)).toEqual(['package-0', 'package-0/core', 'package-0/uncore', 'package-0/dram', 'psys']);
    expect(counted(found)).toEqual(['package-0', 'package-0/dram']);
    expect(found[0]).toMatchObject({ kind: 'rapl', files: ['/sys/class/powercap/intel-rapl:0/energy_uj'] });
  });

  it('takes what is repeated over the memory bus where it stands alone, and psys where there is no package', () => {
    expect(counted(rails(zone('intel-rapl-mmio:0', 'package-0')))).toEqual(['package-0']);
    expect(counted(rails(zone('intel-rapl:0', 'psys')))).toEqual(['psys']);
    expect(counted(rails({ ...zone('intel-rapl:0', 'package-0'), ...zone('intel-rapl:1', 'package-1') }))).toEqual([
      'package-0',
      'package-1',
    ]);
  });

  it('gives the line that makes denied counters readable', () => {
    expect(findRails(tree(zone('intel-rapl:0', 'package-0', 'denied')))).toEqual({
      unavailable: `the processor's energy counters may not be read: run “${raplFix}”`,
    });
    expect(raplFix).toBe('sudo chmod a+r /sys/class/powercap/*/energy_uj');
  });
});

describe('hwmon', () => {
  it('takes watts where a chip tells them, else millivolts times milliamperes of the same channel', () => {
    const found = rails({
      'hwmon/hwmon0/name': 'ina226',
      'hwmon/hwmon0/in0_input': 2,
      'hwmon/hwmon0/in1_input': 850,
      'hwmon/hwmon0/curr1_input': 1000,
      'hwmon/hwmon0/power1_input': 850_000,
      'hwmon/hwmon1/name': 'ina3221',
      'hwmon/hwmon1/in1_input': 5000,
      'hwmon/hwmon1/in1_label': 'VDD_IN',
      'hwmon/hwmon1/curr1_input': 400,
      'hwmon/hwmon1/in2_input': 1800,
      'hwmon/hwmon1/in2_label': 'VDD_1V8',
      'hwmon/hwmon1/curr2_input': 100,
      'hwmon/hwmon1/in7_input': 3,
    });
    expect(found.map(({ name, files, reading }) => [name, files.map((file) => file.split('/').at(-1)), reading.form])).toEqual([
      ['ina226', ['power1_input'], 'microwatts'],
      ['ina3221 VDD_IN', ['in1_input', 'curr1_input'], 'millivoltsTimesMilliamperes'],
      ['ina3221 VDD_1V8', ['in2_input', 'curr2_input'], 'millivoltsTimesMilliamperes'],
    ]);
  });

  it('does not count a regulator’s input beside its outputs, nor a regulator beside sensors in the rails', () => {
    const regulator = {
      'hwmon/hwmon3/name': 'irps5401',
      'hwmon/hwmon3/power1_label': 'pin',
      'hwmon/hwmon3/power1_input': 9_000_000,
      'hwmon/hwmon3/power2_label': 'pout1',
      'hwmon/hwmon3/power2_input': 8_000_000,
      'hwmon/hwmon3/in3_label': 'vout2',
      'hwmon/hwmon3/in3_input': 1000,
      'hwmon/hwmon3/curr7_label': 'iout2',
      'hwmon/hwmon3/curr7_input': 500,
    };
    const found = rails(regulator);
    expect(counted(found)).toEqual(['irps5401 pout1', 'irps5401 pout2']);
    expect(found.every(({ kind }) => kind === 'pmbus')).toBe(true);
    expect(counted(rails({ ...regulator, 'hwmon/hwmon0/name': 'ina226', 'hwmon/hwmon0/power1_input': 1 }))).toEqual(['ina226']);
    expect(counted(rails({ 'hwmon/hwmon3/name': 'ltc2978', 'hwmon/hwmon3/power1_label': 'pin', 'hwmon/hwmon3/power1_input': 1 }))).toEqual([
      'ltc2978 pin',
    ]);
  });

  it('names chips by their place on the bus, which a restart does not change', () => {
    const chips = (first: string, second: string) => ({
      [`hwmon/${first}/name`]: 'ina226',
      [`hwmon/${first}/power1_input`]: 1,
      [`hwmon/${first}/device/uevent`]:
        'DRIVER=ina2xx OF_NAME=ina226 OF_FULLNAME=/axi/i2c@ff020000/i2c-mux@75/i2c@0/ina226@40 OF_COMPATIBLE_0=ti,ina226',
      [`hwmon/${second}/name`]: 'ina226',
      [`hwmon/${second}/power1_input`]: 1,
      [`hwmon/${second}/device/uevent`]: 'DRIVER=ina2xx OF_NAME=ina226 OF_FULLNAME=/axi/i2c@ff020000/i2c-mux@75/i2c@0/ina226@41',
    });
    const byName = (found: SensorRail[]) => Object.fromEntries(found.map(({ name, files }) => [name, files[0]]));
    expect(byName(rails(chips('hwmon0', 'hwmon10')))).toEqual({
      'ina226 i2c@0/ina226@40': '/sys/class/hwmon/hwmon0/power1_input',
      'ina226 i2c@0/ina226@41': '/sys/class/hwmon/hwmon10/power1_input',
    });
    expect(byName(rails(chips('hwmon10', 'hwmon2')))['ina226 i2c@0/ina226@40']).toBe('/sys/class/hwmon/hwmon10/power1_input');
  });

  it('knows a reading’s step from the shunt, and says what a wrong shunt does', () => {
    const chip = (shunt: number) => ({
      'hwmon/hwmon0/name': 'ina226',
      'hwmon/hwmon0/power1_input': 1,
      'hwmon/hwmon0/shunt_resistor': shunt,
    });
    // Data sheet SBOS547, section 7.5: the power's step is 25 times the current's; 2.5 µV over 2 mΩ are 1.25 mA: 31.25 mW.
    expect(rails(chip(2000))[0]).toMatchObject({ resolutionW: 0.03125, note: expect.stringContaining('a shunt of 2 mΩ') });
    expect(rails(chip(10_000))[0]!.note).toContain('which the driver assumes when it is not told');
  });

  it('notes a power that does not fit its voltage and current', () => {
    const chip = {
      'hwmon/hwmon0/name': 'ina226',
      'hwmon/hwmon0/power1_input': 850_000,
      'hwmon/hwmon0/in1_input': 850,
      'hwmon/hwmon0/curr1_input': 200,
    };
    expect(rails(chip)[0]!.note).toContain('disagree');
    expect(rails({ ...chip, 'hwmon/hwmon0/curr1_input': 990 })[0]).not.toHaveProperty('note');
  });
});

it('counts sensors only where the processor has no counters', () => {
  expect(counted(rails({ ...laptop, 'hwmon/hwmon0/name': 'ina226', 'hwmon/hwmon0/power1_input': 1 }))).toEqual([
    'package-0',
    'package-0/dram',
  ]);
});

it('says why there is none, and names those there are when another is asked for', () => {
  expect(findRails(new Map())).toEqual({ unavailable: expect.stringContaining('there is neither a RAPL counter nor a power sensor') });
  expect(findRails(tree(laptop), ['VCCINT'])).toEqual({
    unavailable: expect.stringContaining('there is no power rail “VCCINT”; there are package-0, '),
  });
});
