import type { DeviceProfile } from '../protocol/device-profile';
import type { Accelerator } from './mapping/accelerator';

const known = new WeakMap<DeviceProfile, Accelerator>();
const distinct = new Map<string, Accelerator>();

/** A profile as the search for mappings sees it: sizes and prices of its memories, per bit. Equal ones are the same object. */
export function profileAccelerator(profile: DeviceProfile): Accelerator {
  const remembered = known.get(profile);
  if (remembered) return remembered;
  const { array, register, buffer, dram } = profile;
  const perBit = (accessPJ: number) => ({ readPJ: accessPJ / 64, writePJ: accessPJ / 64 });
  const file = (bytes: number) => ({ bits: 8 * bytes, ...perBit(register.accessPJ.value) });
  const shared = { bits: 8 * buffer.bytes.value, ...perBit(buffer.accessPJ.value) };
  const made: Accelerator = {
    rows: Math.floor(array.rows.value),
    columns: Math.floor(array.columns.value),
    registers: {
      moving: file(register.movingBytes.value),
      stationary: file(register.stationaryBytes.value),
      result: file(register.resultBytes.value),
    },
    buffers: { moving: shared, stationary: shared, result: shared },
    dram: perBit(dram.accessPJ.value),
  };
  const key = JSON.stringify(made);
  const accelerator = distinct.get(key) ?? made;
  distinct.set(key, accelerator);
  known.set(profile, accelerator);
  return accelerator;
}
