import type { SensorRail } from './sensor-rail';
import { foldersIn, numberOf, type SensorTree, textOf } from './sensor-tree';

const hwmon = '/sys/class/hwmon';

/** Microohms that the kernel's ina2xx driver assumes when nobody told it the board's shunt. */
const assumedShunt = 10_000;

/** Power of one step: factor · current of one step, which is this many volts over the shunt. Data sheets INA226 (SBOS547), INA219 (SBOS448). */
const steps: Readonly<Record<string, { readonly factor: number; readonly shuntVolts: number }>> = {
  ina219: { factor: 20, shuntVolts: 10e-6 },
  ina220: { factor: 20, shuntVolts: 10e-6 },
  ina226: { factor: 25, shuntVolts: 2.5e-6 },
  ina230: { factor: 25, shuntVolts: 2.5e-6 },
  ina231: { factor: 25, shuntVolts: 2.5e-6 },
};

/** A chip's `power1_input` and `in1_input` · `curr1_input` that differ by more than this were not calibrated for the same shunt. */
const disagreement = 0.25;

/** Channel of a chip: what a rail's figures are read from. */
interface Channel {
  readonly label: string;
  readonly files: readonly string[];
  readonly form: 'microwatts' | 'millivoltsTimesMilliamperes';
}

/**
 * Power rails among a system's hardware monitors: TI's INA family and PMBus regulators. `power*_input` is microwatts; where a chip tells
 * none, `in*_input` (millivolts) times `curr*_input` (milliamperes). A regulator's input contains its outputs, so it is not counted beside them.
 * Rails are named by chip and label, never by hwmon's number, which changes from one start to the next.
 */
export function hwmonRails(tree: SensorTree): SensorRail[] {
  const chips = foldersIn(tree, hwmon).map((folder) => ({ folder, channels: channelsOf(tree, folder) }));
  const rails = chips.flatMap(({ folder, channels }) => {
    const outputs = channels.some(({ label }) => isOutput(label));
    const notes = notesOf(tree, folder);
    const place = placeOf(tree, folder);
    return channels.map(({ label, files, form }) => {
      const chip = textOf(tree, `${folder}/name`) ?? 'sensor';
      return {
        name: /^power\d+$|^in\d+$/.test(label) && channels.length === 1 ? chip : `${chip} ${label}`,
        place,
        kind: isOutput(label) || isInput(label) ? ('pmbus' as const) : ('hwmon' as const),
        resolutionW: resolutionOf(tree, folder, chip),
        counted: !(outputs && isInput(label)),
        ...(notes && { note: notes }),
        files,
        reading: { form },
      };
    });
  });
  return distinct(rails);
}

const isInput = (label: string) => /^[pvi]in\d*$/.test(label);
const isOutput = (label: string) => /^[pvi]out\d*$/.test(label);

function channelsOf(tree: SensorTree, folder: string): Channel[] {
  const inputs = [...tree.keys()].filter(
    (path) => path.startsWith(`${folder}/`) && path.endsWith('_input') && numberOf(tree, path) !== undefined,
  );
  const of = (kind: string) =>
    inputs
      .flatMap((file) => {
        const [, index] = new RegExp(`/${kind}(\\d+)_input$`).exec(file) ?? [];
        return index === undefined ? [] : [{ file, index, label: textOf(tree, file.replace(/_input$/, '_label')) ?? `${kind}${index}` }];
      })
      .sort((a, b) => Number(a.index) - Number(b.index));
  const powers = of('power').map(({ file, label }): Channel => ({ label, files: [file], form: 'microwatts' }));
  const voltages = of('in');
  const products = of('curr').flatMap(({ file, index, label }): Channel[] => {
    const voltage = /^i(in|out)/.test(label)
      ? voltages.find((candidate) => candidate.label === label.replace(/^i/, 'v'))
      : voltages.find((candidate) => candidate.index === index);
    if (!voltage) return [];
    const own = /^curr\d+$/.test(label) ? voltage.label : label.replace(/^i(?=in|out)/, 'p');
    return [{ label: own, files: [voltage.file, file], form: 'millivoltsTimesMilliamperes' }];
  });
  if (powers.length === 0) return products;
  // A regulator may tell the power of some of its outputs only.
  return [...powers, ...products.filter(({ label }) => isOutput(label) && !powers.some((power) => power.label === label))];
}

function resolutionOf(tree: SensorTree, folder: string, chip: string): number {
  const shunt = numberOf(tree, `${folder}/shunt_resistor`);
  const family = steps[/^ina\d+/.exec(chip)?.[0] ?? ''];
  if (!family || !shunt) return 0;
  return (family.factor * family.shuntVolts) / (shunt / 1e6);
}

/** What stands against a chip's figures, in one or two sentences. */
function notesOf(tree: SensorTree, folder: string): string | undefined {
  const shunt = numberOf(tree, `${folder}/shunt_resistor`);
  const [microwatts, millivolts, milliamperes] = ['power1_input', 'in1_input', 'curr1_input'].map((name) =>
    numberOf(tree, `${folder}/${name}`),
  );
  const notes: string[] = [];
  if (shunt !== undefined) {
    const value = `${Number((shunt / 1000).toPrecision(4))} mΩ`;
    notes.push(
      shunt === assumedShunt
        ? `Scaled for a shunt of ${value}, which the driver assumes when it is not told: if the board's is another, every figure is wrong by that factor; as root, write its microohms to ${folder}/shunt_resistor.`
        : `Scaled for a shunt of ${value}; if the board's is another, every figure is wrong by that factor.`,
    );
  }
  if (microwatts && millivolts && milliamperes) {
    const product = millivolts * milliamperes;
    if (Math.abs(product - microwatts) > disagreement * Math.max(product, microwatts)) {
      notes.push('Its power and its voltage times current disagree: the shunt resistance that it was calibrated for is wrong.');
    }
  }
  return notes.length > 0 ? notes.join(' ') : undefined;
}

/** Where a chip sits, as the device tree tells: `i2c@1/ina226@40`; undefined where there is none. */
function placeOf(tree: SensorTree, folder: string): string | undefined {
  const [, path] = /OF_FULLNAME=(\S+)/.exec(textOf(tree, `${folder}/device/uevent`) ?? '') ?? [];
  return path?.split('/').slice(-2).join('/');
}

/** Several chips of one kind on a board have one name: their places tell them apart, or numbers where no place is known. */
function distinct(rails: readonly (SensorRail & { readonly place?: string | undefined })[]): SensorRail[] {
  const seen = new Map<string, number>();
  return rails.map(({ place, ...rail }) => {
    if (rails.filter(({ name }) => name === rail.name).length === 1) return rail;
    const times = (seen.get(rail.name) ?? 0) + 1;
    seen.set(rail.name, times);
    return { ...rail, name: `${rail.name} ${place ?? `#${times}`}` };
  });
}
