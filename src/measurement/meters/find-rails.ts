import type { Unavailable } from '../power-sample';
import { hwmonRails } from './hwmon-rails';
import { raplRails } from './rapl-rails';
import type { SensorRail } from './sensor-rail';
import type { SensorTree } from './sensor-tree';

/** What makes RAPL's counters readable to everybody until the next start. */
export const raplFix = 'sudo chmod a+r /sys/class/powercap/*/energy_uj';

/**
 * All power rails of a system. What may be of the same current is not counted twice: of processors' own counters, sensors in the rails and
 * regulators, the first that is there is summed.
 * @param wanted names of the rails to count instead of the usual ones; a name may be the beginning of a rail's.
 */
export function findRails(tree: SensorTree, wanted?: readonly string[]): SensorRail[] | Unavailable {
  const rapl = raplRails(tree);
  const hwmon = hwmonRails(tree);
  const all = firstKindCounted([...rapl.rails, ...hwmon]);
  if (all.length === 0) {
    return {
      unavailable: rapl.denied
        ? `the processor's energy counters may not be read: run “${raplFix}”`
        : 'there is neither a RAPL counter nor a power sensor (INA2xx, PMBus) under /sys/class (virtual machines and many boards have none)',
    };
  }
  if (!wanted) return all;
  const missing = wanted.filter((name) => !all.some((rail) => rail.name.startsWith(name)));
  if (missing.length > 0) {
    return { unavailable: `there is no power rail “${missing[0]}”; there are ${all.map(({ name }) => name).join(', ')}` };
  }
  return all.map((rail) => ({ ...rail, counted: wanted.some((name) => rail.name.startsWith(name)) }));
}

function firstKindCounted(rails: readonly SensorRail[]): SensorRail[] {
  const kind = (['rapl', 'hwmon', 'pmbus'] as const).find((candidate) => rails.some((rail) => rail.counted && rail.kind === candidate));
  return rails.map((rail) => ({ ...rail, counted: rail.counted && rail.kind === kind }));
}
