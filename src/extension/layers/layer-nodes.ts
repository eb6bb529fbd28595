import { basename } from 'node:path';
import { formatCount, formatJoules, formatShare } from '../../energy/format';
import { countParameters } from '../../network/parameters';
import type { InspectedModel, InspectionProblem } from '../../protocol/inspection';
import type { EstimatedLayer, EstimatedModel } from '../annotations/estimated-model';
import { formatShape } from '../annotations/input-shape';
import { madeLayers } from '../annotations/made-layers';
import { missingFigures } from '../annotations/missing-figures';
import { localize } from '../localize';
import { measuredFigure } from '../measurements/measured-figure';
import { measuredLabel, measuredText } from '../measurements/measured-text';

/** Rows of the Layers view as data: models, the lines that make their layers, the layers. */
export interface LayerNode {
  /** Unique in the view and the same over refreshes. */
  readonly id: string;
  readonly label: string;
  readonly description: string;
  readonly icon: string;
  readonly accessibilityLabel: string;
  /** Where a click leads. */
  readonly target?: { readonly file: string; readonly line: number };
  /** The model whose input shape a click asks for. */
  readonly asksShapeOf?: { readonly exportName: string | undefined };
  readonly children: readonly LayerNode[];
}

export function modelNode(file: string, estimated: EstimatedModel): LayerNode {
  const { model, run } = estimated;
  const id = `${file}#${model.exportName}`;
  const name = modelName(file, model);
  const energy = localize('~{0}/iteration', formatJoules(run.iterationJ));
  const facts = [
    energy,
    ...(run.savedShare > 0 ? [localize('saves {0}', formatShare(run.savedShare))] : []),
    localize('{0} MACs', formatCount(run.iteration.macs.forward)),
    localize('{0} parameters', formatCount(countParameters(model.graph))),
  ];
  return {
    id,
    label: name,
    description: facts.join(' · '),
    icon: 'symbol-class',
    accessibilityLabel: localize('Model {0}, estimated {1}', name, facts.join(', ')),
    target: { file: model.source.file, line: model.source.line },
    children: lineNodes(id, estimated),
  };
}

/** A model without figures, and why. @param reason absent while they are computed. */
export function unestimatedNode(file: string, model: InspectedModel, reason: string | undefined): LayerNode {
  const name = modelName(file, model);
  const description = missingFigures(reason);
  return {
    id: `${file}#${model.exportName}`,
    label: name,
    description,
    icon: reason === undefined ? 'loading~spin' : 'warning',
    accessibilityLabel: localize('Model {0}, {1}', name, description),
    target: { file: model.source.file, line: model.source.line },
    children: [],
  };
}

const modelName = (file: string, { exportName }: InspectedModel): string =>
  exportName === 'default' ? basename(file) : `${exportName} — ${basename(file)}`;

export function problemNode(file: string, problem: InspectionProblem, index: number): LayerNode {
  const asks = problem.code === 'input-shape-needed';
  return {
    id: `${file}#problem${index}`,
    label: problem.exportName && problem.exportName !== 'default' ? `${problem.exportName} — ${basename(file)}` : basename(file),
    description: problem.message,
    icon: asks ? 'question' : 'warning',
    accessibilityLabel: `${basename(file)}: ${problem.message}`,
    ...(problem.source ? { target: { file: problem.source.file, line: problem.source.line } } : {}),
    ...(asks ? { asksShapeOf: { exportName: problem.exportName } } : {}),
    children: [],
  };
}

/** One row per line of source, in the order of the layers; a line that made several layers has them below it. */
function lineNodes(parent: string, model: EstimatedModel): LayerNode[] {
  const { layers } = model;
  const groups = new Map<string, EstimatedLayer[]>();
  for (const estimated of layers) {
    const { source, kind, name } = estimated.layer;
    if (kind === 'input') continue;
    const key = source ? `${source.file}:${source.line}` : name;
    groups.set(key, [...(groups.get(key) ?? []), estimated]);
  }
  return [...groups].map(([key, group]) =>
    group.length === 1 ? layerNode(parent, group[0]!, model) : lineNode(`${parent}@${key}`, group, model),
  );
}

function lineNode(id: string, group: readonly EstimatedLayer[], model: EstimatedModel): LayerNode {
  const { source } = group[0]!.layer;
  const energyJ = group.reduce((sum, { estimate }) => sum + estimate.totalJ, 0);
  const macs = group.reduce((sum, { estimate }) => sum + estimate.macs.forward, 0);
  const kinds = [...new Set(group.map(kindOf))].join(', ');
  const made = madeLayers(group).length;
  const label = localize('Line {0}', source?.line ?? 0);
  const [energy, ...rest] = [...energyFacts(energyJ, macs, model.run.iteration.totalJ), made > 1 ? `${kinds} ×${made}` : kinds];
  const measured = measuredFacts(model, group);
  const facts = [energy!, ...measured.texts, ...rest];
  return {
    id,
    label,
    description: facts.join(' · '),
    icon: 'layers',
    accessibilityLabel: [label, energy, ...measured.labels, ...rest].join(', '),
    ...(source ? { target: { file: source.file, line: source.line } } : {}),
    children: group.map((estimated) => layerNode(id, estimated, model)),
  };
}

function layerNode(parent: string, estimated: EstimatedLayer, model: EstimatedModel): LayerNode {
  const { layer, estimate, parameters } = estimated;
  const measured = measuredFacts(model, [estimated]);
  const [energy, ...rest] = [
    ...energyFacts(estimate.totalJ, estimate.macs.forward, model.run.iteration.totalJ),
    kindOf(estimated),
    formatShape(layer.outputShape),
    ...(parameters > 0 ? [localize('{0} parameters', formatCount(parameters))] : []),
  ];
  return {
    id: `${parent}/${layer.name}`,
    label: layer.name,
    description: [energy, ...measured.texts, ...rest].join(' · '),
    icon: layer.note ? 'info' : 'symbol-field',
    accessibilityLabel: [layer.name, energy, ...measured.labels, ...rest, ...(layer.note ? [layer.note] : [])].join(', '),
    ...(layer.source ? { target: { file: layer.source.file, line: layer.source.line } } : {}),
    children: [],
  };
}

/** What was measured, to be read and to be heard; nothing where nothing was. */
function measuredFacts(model: EstimatedModel, layers: readonly EstimatedLayer[]): { texts: string[]; labels: string[] } {
  const figure = measuredFigure(model, layers);
  const conditions = { batchSize: model.batchSize, layers: madeLayers(layers).length };
  return figure ? { texts: [measuredText(figure, conditions)], labels: [measuredLabel(figure, conditions)] } : { texts: [], labels: [] };
}

function energyFacts(energyJ: number, macs: number, totalJ: number): string[] {
  const share = totalJ > 0 ? [formatShare(energyJ / totalJ)] : [];
  return [`~${formatJoules(energyJ)}`, ...share, ...(macs > 0 ? [localize('{0} MACs', formatCount(macs))] : [])];
}

const kindOf = ({ layer }: EstimatedLayer): string => (layer.kind === 'other' ? layer.className : layer.kind);
