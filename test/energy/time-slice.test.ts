import { expect, it } from 'vitest';
import { findDeviceProfile } from '../../src/energy/device-profile';
import { estimateNetwork } from '../../src/energy/estimate';
import { withinSlice } from '../../src/energy/time-slice';
import { buildBuiltinNetwork } from '../../src/network/builtin-networks';
import type { DeviceProfile } from '../../src/protocol/device-profile';

/** A device that nothing was estimated for yet: what was searched is remembered by sizes and prices. */
function newDevice(dramPJ: number, bufferBytes = 50_000): DeviceProfile {
  const base = findDeviceProfile('asic-45nm');
  const dram = { accessPJ: { ...base.dram.accessPJ, value: dramPJ } };
  return { ...base, dram, buffer: { ...base.buffer, bytes: { ...base.buffer.bytes, value: bufferBytes } } };
}

const graph = buildBuiltinNetwork('resnet20', [32, 32, 3], 10);
const estimate = (profile: DeviceProfile) => estimateNetwork(graph, profile, { batchSize: 64 });

it('an estimate in slices goes on where it was, one search at least in each, and comes to the same', () => {
  const profile = newDevice(1301);
  let slices = 0;
  let done: ReturnType<typeof withinSlice<ReturnType<typeof estimate>>>;
  do {
    done = withinSlice(0, () => estimate(profile));
    slices += 1;
    expect(slices).toBeLessThan(1000);
  } while (!done);
  // ResNet-20 has 8 kinds of convolutions and a dense layer, most with two gradients beside the forward pass.
  expect(slices).toBeGreaterThan(20);
  // Another device of the same prices has nothing remembered but the searches, which depend on nothing else.
  expect(done.value.totalJ).toBe(estimate(structuredClone(profile)).totalJ);
  expect(withinSlice(0, () => estimate(profile))?.value.totalJ).toBe(done.value.totalJ);
});

it('an estimate outside of slices is never broken off, also after one that was', () => {
  const profile = newDevice(1302);
  expect(withinSlice(0, () => estimate(profile))).toBeUndefined();
  expect(estimate(profile).totalJ).toBeGreaterThan(0);
});

it('what goes wrong goes wrong in a slice too', () => {
  const tiny = newDevice(1303, 1);
  expect(() => {
    for (let slices = 0; slices < 1000; slices++) if (withinSlice(0, () => estimate(tiny))) return;
  }).toThrow(RangeError);
});
