import { findRails } from '../meters/find-rails';
import type { Meter } from '../meters/meter';
import { NvidiaMeter } from '../meters/nvidia-meter';
import type { SensorRail } from '../meters/sensor-rail';
import { readSensorTree, SysfsMeter } from '../meters/sysfs-meter';
import { isUnavailable, type Unavailable } from '../power-sample';

export interface HostMeterOptions {
  /** Before /sys; empty for the real one. */
  readonly sysfsRoot: string;
  /** Name or path of nvidia-smi. */
  readonly nvidiaSmi: string;
}

/** The meters of this machine: processor and memory, or sensors in its rails, and graphics boards. */
export function openHostMeters({ sysfsRoot, nvidiaSmi }: HostMeterOptions): Meter[] | Unavailable {
  const rails = findRails(readSensorTree(sysfsRoot));
  const graphics = NvidiaMeter.open(nvidiaSmi);
  const meters: Meter[] = [
    ...(isUnavailable(rails) ? [] : [new SysfsMeter(rails as SensorRail[], sysfsRoot)]),
    ...(isUnavailable(graphics) ? [] : [graphics]),
  ];
  return meters.length > 0 ? meters : (rails as Unavailable);
}
