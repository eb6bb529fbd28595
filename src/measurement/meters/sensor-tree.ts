/** What the files of a system's sensors say, by absolute path without the root that they were read under. A file that may not be read is `denied`; lines of one that has several are joined by spaces. */
export type SensorTree = ReadonlyMap<string, { readonly text: string } | 'denied'>;

/** Files that rails are found by: patterns as a shell expands them. */
export const sensorPatterns = [
  '/sys/class/powercap/intel-rapl*/name',
  '/sys/class/powercap/intel-rapl*/max_energy_range_uj',
  '/sys/class/powercap/intel-rapl*/energy_uj',
  '/sys/class/hwmon/hwmon*/name',
  '/sys/class/hwmon/hwmon*/power[0-9]*_input',
  '/sys/class/hwmon/hwmon*/power[0-9]*_label',
  '/sys/class/hwmon/hwmon*/in[0-9]*_input',
  '/sys/class/hwmon/hwmon*/in[0-9]*_label',
  '/sys/class/hwmon/hwmon*/curr[0-9]*_input',
  '/sys/class/hwmon/hwmon*/curr[0-9]*_label',
  '/sys/class/hwmon/hwmon*/shunt_resistor',
  '/sys/class/hwmon/hwmon*/device/uevent',
] as const;

/** Text of a file; undefined where it is missing or denied. */
export function textOf(tree: SensorTree, path: string): string | undefined {
  const found = tree.get(path);
  return found === undefined || found === 'denied' ? undefined : found.text.trim();
}

export function numberOf(tree: SensorTree, path: string): number | undefined {
  const text = textOf(tree, path);
  return text === undefined || text === '' || !Number.isFinite(Number(text)) ? undefined : Number(text);
}

/** Folders directly below one whose files are in the tree, in the order of their names. */
export function foldersIn(tree: SensorTree, parent: string): string[] {
  const names = [...tree.keys()]
    .filter((path) => path.startsWith(`${parent}/`))
    .map((path) => path.slice(parent.length + 1).split('/')[0]!);
  return [...new Set(names)].sort((a, b) => a.localeCompare(b, 'en', { numeric: true })).map((name) => `${parent}/${name}`);
}
