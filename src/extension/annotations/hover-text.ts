import { formatCount, formatJoules, formatShare } from '../../energy/format';
import { type Component, components, type Phase, phases } from '../../protocol/phases';
import { inCode } from '../in-code';
import { localize } from '../localize';
import { measuredParagraphs } from '../measurements/measured-table';
import type { AnnotatedLine } from './annotated-lines';
import { estimatedMark } from './annotation-text';
import type { EstimatedLayer, EstimatedModel } from './estimated-model';
import { shareOf } from './heat';
import { formatShape } from './input-shape';

/** Rows of single layers that a hover lists before it says how many more there are. */
const listedLayers = 8;

/** The hover's Markdown: what the line costs by phase and component, what is assumed, and what the layers are. */
export function hoverText(line: AnnotatedLine): string {
  const [model, ...others] = line.models;
  const paragraphs = [
    heading(line),
    ...(line.measured ? measuredParagraphs(model!, line.layers, line.measured) : []),
    breakdownTable(line.layers),
    basis(model!),
    layerList(line.layers),
    ...notes(line.layers),
    ...(others.length > 0
      ? [localize('The line also makes layers of {0}.', others.map((other) => inCode(other.model.exportName)).join(', '))]
      : []),
  ];
  return paragraphs.filter(Boolean).join('\n\n');
}

/** The hover's Markdown where there is no estimate. */
export const unavailableHover = (reason: string): string => `**${localize('Energy unavailable')}** — ${escapeMarkdown(reason)}`;

function heading(line: AnnotatedLine): string {
  const { layers, made, energyJ, models } = line;
  const name = made === 1 ? layerTitle(layers[0]!) : localize('{0} layers', made);
  const part = formatShare(shareOf(line));
  const share =
    models.length === 1
      ? localize('{0} of the model’s energy', part)
      : localize('{0} of the energy of {1}', part, inCode(models[0]!.model.exportName));
  return `**${name}** — ${estimatedMark}${formatJoules(energyJ)} · ${share}`;
}

function breakdownTable(layers: readonly EstimatedLayer[]): string {
  const at = (phase: Phase, component: Component) => layers.reduce((sum, { estimate }) => sum + estimate.phases[phase][component], 0);
  // Where the profile states no static power there is no column of zeros; the line below says so.
  const shown = components.filter((component) => component !== 'static' || phases.some((phase) => at(phase, component) > 0));
  const header = ['', ...shown.map(componentName), localize('Sum')];
  const rows = phases.map((phase) => {
    const values = shown.map((component) => at(phase, component));
    return [phaseName(phase), ...values, values.reduce((sum, value) => sum + value, 0)];
  });
  const sums = shown.map((component) => phases.reduce((sum, phase) => sum + at(phase, component), 0));
  const last = [localize('Sum'), ...sums, sums.reduce((sum, value) => sum + value, 0)];
  const text = (cells: (string | number)[]) =>
    `| ${cells.map((cell) => (typeof cell === 'number' ? formatJoules(cell) : cell)).join(' | ')} |`;
  return [text(header), `|:--|${'--:|'.repeat(shown.length + 1)}`, ...rows.map(text), text(last)].join('\n');
}

/** What the figures are and rest on. */
export function basis({ profile, batchSize, run }: EstimatedModel): string {
  const saving = run.savedShare === 0 ? '' : ` ${localize('The savers now set save {0} over the run.', formatShare(run.savedShare))}`;
  const { notIncluded } = run.iteration;
  const leftOut = notIncluded.length > 0 ? ` ${localize('Without static power, which the profile does not state.')}` : '';
  return localize('Estimated, profile {0}, batch {1}, one computed training iteration, fp32.', profile.name, batchSize) + leftOut + saving;
}

function layerList(layers: readonly EstimatedLayer[]): string {
  const rows = layers.slice(0, listedLayers).map((estimated) => {
    const { layer, estimate, parameters } = estimated;
    const facts = [
      layers.length > 1 ? `${layerTitle(estimated)} ${estimatedMark}${formatJoules(estimate.totalJ)}` : '',
      localize('output {0}', formatShape(layer.outputShape)),
      localize('{0} parameters', formatCount(parameters)),
      estimate.macs.forward > 0 ? localize('{0} MACs per image (forward)', formatCount(estimate.macs.forward)) : '',
    ];
    return `- ${facts.filter(Boolean).join(' · ')}`;
  });
  const more = layers.length - rows.length;
  return [...rows, ...(more > 0 ? [`- ${localize('and {0} more', more)}`] : [])].join('\n');
}

function notes(layers: readonly EstimatedLayer[]): string[] {
  return [...new Set(layers.flatMap(({ layer }) => (layer.note ? [escapeMarkdown(layer.note)] : [])))];
}

export const layerTitle = ({ layer }: EstimatedLayer): string =>
  `${inCode(layer.name)} ${layer.kind === 'other' ? escapeMarkdown(layer.className) : layer.kind}`;

export function phaseName(phase: Phase): string {
  switch (phase) {
    case 'forward':
      return localize('Forward');
    case 'inputGradient':
      return localize('Input gradient');
    case 'weightGradient':
      return localize('Weight gradient');
    case 'update':
      return localize('Update');
  }
}

export function componentName(component: Component): string {
  switch (component) {
    case 'compute':
      return localize('Compute');
    case 'sram':
      return localize('On-chip memory');
    case 'dram':
      return localize('DRAM');
    case 'static':
      return localize('Static power');
  }
}

/** Notes come from a person's code: they are shown as they are and never as Markdown. */
const escapeMarkdown = (text: string): string => text.replace(/[\\`*_{}[\]()#+\-.!|<>~]/g, '\\$&');
