import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { builtinProfiles } from '../../../src/energy/device-profile';
import { estimateNetwork } from '../../../src/energy/estimate';
import { buildBuiltinNetwork } from '../../../src/network/builtin-networks';
import type { DeviceProfile } from '../../../src/protocol/device-profile';
import { run, temporaryFolder } from '../../cli/command-line';
import { fakeBoard } from '../board/known-board';

/*
 * The machine itself, from its meter to estimates: measure, calibrate, estimate, each by its command. The machine is a folder with a RAPL
 * counter, and its workload takes the time and the power that a known device would, in units that a shell can keep: seconds and watts.
 */

const graph = buildBuiltinNetwork('resnet8', [32, 32, 3], 10);
const [base] = builtinProfiles as [DeviceProfile];
const scale = 20_000;
const times = ({ value }: { value: number }, factor: number) => ({ value: value * factor, source: 'truth of a test' });
const arithmetic = { addPJ: times(base.arithmetic[32].addPJ, 2 * scale), multiplyPJ: times(base.arithmetic[32].multiplyPJ, 2 * scale) };
const machine: DeviceProfile = {
  ...base,
  arithmetic: { ...base.arithmetic, 32: arithmetic },
  register: { ...base.register, accessPJ: times(base.register.accessPJ, scale) },
  buffer: { ...base.buffer, accessPJ: times(base.buffer.accessPJ, scale) },
  dram: { accessPJ: times(base.dram.accessPJ, scale) },
  static: { powerW: times({ value: 0.5 }, 1), clockHz: times({ value: 1.2e4 }, 1), dramBytesPerSecond: times({ value: 3e5 }, 1) },
};
const convolutions = estimateNetwork(graph, machine, { batchSize: 1 }).layers.filter((_, place) => graph.layers[place]!.kind === 'conv2d');

/** Tells the machine its power, then waits: both from a table. */
const workload = `name=$(sed -n 's/.*"name":"\\([^"]*\\)".*/\\1/p' "$1")
set -- $(grep "^$name " "$FAKE/table")
echo "e2train:begin"
echo "$1 $3" >"$FAKE/load.new"
mv "$FAKE/load.new" "$FAKE/load"
sleep "$2"
rm -f "$FAKE/load"
echo "e2train:end 1"
sleep 0.02
`;

describe('the profile of this machine', () => {
  it('comes of measuring it and calibrating, and estimates what it was measured to draw', async () => {
    const fake = fakeBoard({ sensors: 'rapl' });
    const lines = convolutions.map(
      ({ name, phaseJ, phaseSeconds }) => `${name} ${phaseSeconds!.forward} ${phaseJ.forward / phaseSeconds!.forward}`,
    );
    writeFileSync(join(fake.root, 'table'), `${lines.join('\n')}\n`);
    writeFileSync(join(fake.root, 'workload'), workload);
    const folder = temporaryFolder();
    mkdirSync(join(folder, '.e2train'));
    const local = { address: 'local', root: fake.root, workload: `FAKE=${fake.root} sh ${fake.root}/workload {layer.json}` };
    writeFileSync(join(folder, '.e2train', 'boards.json'), JSON.stringify({ local }));
    expect((await run(['estimate', 'resnet8', '--profile', 'host'], folder)).error).toMatch(
      /^The device profile “host” stands for your own machine and is made from measurements of it: measure its layers with “e2train measure MODEL --board local”, then run “e2train calibrate --board local --name host”\.\n$/,
    );
    const meters = await run(['measure', 'meters', '--json'], folder);
    expect(JSON.parse(meters.output)).toMatchObject([{ name: 'package-0', kind: 'rapl', counted: true }]);

    const names = convolutions.map(({ name }) => name).join(',');
    const measured = await run(['measure', 'resnet8', '--board', 'local', '--layers', names, '--repeats', '1', '--idle', '0.4'], folder);
    expect(measured.code, measured.error + measured.output).toBe(0);

    const calibrated = await run(['calibrate', '--board', 'local', '--name', 'host', '--json'], folder);
    expect(calibrated.code, calibrated.error).toBe(0);
    const { r2, relativeError } = JSON.parse(calibrated.output);
    expect(r2).toBeGreaterThan(0.9);
    expect(relativeError).toBeLessThan(0.1);

    const estimated = await run(['estimate', 'resnet8', '--profile', 'host', '--batch', '1', '--json'], folder);
    const [{ network }] = JSON.parse(estimated.output);
    expect(network).toMatchObject({ profile: 'host', notIncluded: [] });
    for (const { name, phaseJ } of convolutions) {
      const forwardJ = network.layers.find((layer: { name: string }) => layer.name === name).phaseJ.forward;
      expect(Math.abs(forwardJ / phaseJ.forward - 1), `${name}: ${forwardJ} J estimated, ${phaseJ.forward} J true`).toBeLessThan(0.25);
    }
  });

  it('needs a meter: where there is none, one sentence says why and what helps', async () => {
    const folder = temporaryFolder();
    const measureOn = async (root: string) => {
      mkdirSync(join(folder, '.e2train'), { recursive: true });
      writeFileSync(join(folder, '.e2train', 'boards.json'), JSON.stringify({ local: { address: 'local', root } }));
      return run(['measure', 'resnet8', '--board', 'local', '--layers', 'conv1', '--json'], folder);
    };
    expect(await measureOn(fakeBoard({ sensors: false }).root)).toMatchObject({
      ...{ code: 1, output: '' },
      error: expect.stringMatching(
        /^Energy of local is unavailable, because there is neither a RAPL counter nor a power sensor \(INA2xx, PMBus\) under \/sys\/class .*; an external meter’s file or stream can be given with --meter\.\n$/m,
      ),
    });
  });

  it('is measured with our own engine where no other workload is given', async () => {
    const fake = fakeBoard({ sensors: 'rapl' });
    const folder = temporaryFolder();
    mkdirSync(join(folder, '.e2train'));
    writeFileSync(join(folder, '.e2train', 'boards.json'), JSON.stringify({ here: { address: 'local', root: fake.root } }));
    const words = ['measure', 'resnet8', '--board', 'here', '--layers', 'conv1', '--phases', 'forward,weightGradient', '--batch', '64'];
    const { code, output, error } = await run([...words, '--repeats', '1', '--idle', '0', '--executions', '2000', '--json'], folder);
    expect(code, error).toBe(0);
    const { rows, origin } = JSON.parse(output);
    expect(origin.workload).toMatch(/run-layer \{layer\.json\}$/);
    // The counter goes on at 2 W whatever runs, and without an idle window all of it is the layer's.
    for (const { kind, reason, energyJ, seconds } of rows) {
      expect(kind, reason).toBe('measured');
      expect(Math.abs(energyJ / seconds / 2 - 1)).toBeLessThan(0.2);
    }
    expect(rows.map(({ phase }: { phase: string }) => phase)).toEqual(['forward', 'weightGradient']);
  });
});
