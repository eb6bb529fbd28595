import { formatJoules, formatShare } from '../../src/energy/format';
import { type Phase, phases } from '../../src/protocol/phases';
import type { LayerEnergyRecord } from '../../src/protocol/records';
import { formatWhole } from '../shared/numbers';
import type { ColourName } from '../shared/theme';
import type { ChartContent } from './chart-content';
import { energyAxis } from './energy-charts';
import type { RunRecord } from './run-record';

type LayerEnergy = LayerEnergyRecord['layers'][number];

export const phaseNames: Record<Phase, string> = {
  forward: 'Forward',
  inputGradient: 'Input gradient',
  weightGradient: 'Weight gradient',
  update: 'Update',
};
const phaseColours: Record<Phase, ColourName> = { forward: 'blue', inputGradient: 'orange', weightGradient: 'green', update: 'purple' };

const total = (layer: LayerEnergy) => phases.reduce((sum, phase) => sum + layer[phase], 0);

/**
 * Energy so far by layer, split by phase.
 * @param shown how many layers get a bar, the most costly first; the others share one.
 */
export function layerEnergyContent(record: RunRecord, shown: number): ChartContent {
  const layers = record.layerEnergy?.layers ?? [];
  const sum = layers.reduce((joules, layer) => joules + total(layer), 0);
  const costly = layers.filter((layer) => total(layer) > 0).sort((one, other) => total(other) - total(one));
  const bars = costly.length > shown + 1 ? [...costly.slice(0, shown), rest(costly.slice(shown))] : costly;
  const top = costly[0];
  return {
    chart: {
      kind: 'bars',
      value: energyAxis,
      bars: bars.map(({ name }) => name),
      parts: phases.map((phase) => ({ label: phaseNames[phase], colour: phaseColours[phase], values: bars.map((layer) => layer[phase]) })),
    },
    summary: top
      ? `Estimated energy by layer after ${formatWhole(record.layerEnergy!.iteration)} iterations: ${top.name} takes most, ${formatJoules(total(top))}` +
        ` (${formatShare(total(top) / sum)} of ${formatJoules(sum)}).`
      : 'Energy by layer: nothing recorded yet.',
    empty: bars.length === 0,
    table: () => ({
      columns: ['Layer', ...phases.map((phase) => `${phaseNames[phase]} (J, estimated)`), 'Total (J, estimated)', 'Share'],
      rows: layers.map((layer) => [
        layer.name,
        ...phases.map((phase) => layer[phase]),
        total(layer),
        sum > 0 ? total(layer) / sum : undefined,
      ]),
    }),
  };
}

/** Energy so far by phase, over all layers. */
export function phaseEnergyContent(record: RunRecord): ChartContent {
  const layers = record.layerEnergy?.layers ?? [];
  const whole = rest(layers);
  const sum = total(whole);
  return {
    chart: {
      kind: 'bars',
      value: energyAxis,
      bars: phases.map((phase) => phaseNames[phase]),
      parts: [{ label: 'All layers', colour: 'blue', values: phases.map((phase) => whole[phase]) }],
    },
    summary:
      sum > 0
        ? `Estimated energy by phase: ${phases.map((phase) => `${phaseNames[phase].toLowerCase()} ${formatShare(whole[phase] / sum)}`).join(', ')} of ${formatJoules(sum)}.`
        : 'Energy by phase: nothing recorded yet.',
    empty: sum === 0,
    table: () => ({
      columns: ['Phase', 'Energy (J, estimated)', 'Share'],
      rows: phases.map((phase) => [phaseNames[phase], whole[phase], sum > 0 ? whole[phase] / sum : undefined]),
    }),
  };
}

function rest(layers: readonly LayerEnergy[]): LayerEnergy {
  const sum = { name: `${layers.length} other layers`, forward: 0, inputGradient: 0, weightGradient: 0, update: 0 };
  for (const layer of layers) for (const phase of phases) sum[phase] += layer[phase];
  return sum;
}
