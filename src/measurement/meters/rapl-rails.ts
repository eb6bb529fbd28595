import type { SensorRail } from './sensor-rail';
import { foldersIn, numberOf, type SensorTree, textOf } from './sensor-tree';

const powercap = '/sys/class/powercap';

/** Intel's and AMD's counters have this step or a finer one (Intel SDM, volume 3, section 14.10.1: 15.3 µJ to 61 µJ); updated every millisecond. */
const resolutionW = 0.061;

/**
 * Domains of the running average power limit (Linux powercap). They overlap: psys ⊃ package ⊃ core, uncore; memory stands beside its package.
 * Counted are packages and memories, or psys where there is no package. `intel-rapl-mmio` repeats domains of `intel-rapl`: where both are
 * there, only the latter is taken.
 */
export function raplRails(tree: SensorTree): { rails: SensorRail[]; denied: boolean } {
  const zones = foldersIn(tree, powercap).filter((folder) => textOf(tree, `${folder}/name`) !== undefined);
  const named = zones.map((folder) => ({ folder, name: nameOf(tree, folder), memoryMapped: folder.includes('-mmio:') }));
  const unique = named.filter(
    ({ name, memoryMapped }) => !memoryMapped || !named.some((other) => !other.memoryMapped && other.name === name),
  );
  const readable = unique.filter(
    ({ folder }) => tree.get(`${folder}/energy_uj`) !== 'denied' && numberOf(tree, `${folder}/energy_uj`) !== undefined,
  );
  const packages = readable.some(({ name }) => /^package-\d+$/.test(name));
  return {
    denied: readable.length === 0 && unique.some(({ folder }) => tree.get(`${folder}/energy_uj`) === 'denied'),
    rails: readable.map(({ folder, name }) => ({
      name,
      kind: 'rapl',
      resolutionW,
      counted: packages ? /^package-\d+$|dram$/.test(name) : name === 'psys',
      files: [`${folder}/energy_uj`],
      reading: { form: 'microjoules', range: numberOf(tree, `${folder}/max_energy_range_uj`) ?? 2 ** 32 },
    })),
  };
}

/** `package-0`, and within it `package-0/core`. */
function nameOf(tree: SensorTree, folder: string): string {
  const own = textOf(tree, `${folder}/name`)!;
  const [, parent] = /^(.*:\d+):\d+$/.exec(folder) ?? [];
  const above = parent === undefined ? undefined : textOf(tree, `${parent}/name`);
  return above === undefined ? own : `${above}/${own}`;
}
