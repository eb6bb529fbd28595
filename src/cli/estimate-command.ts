import { basename, relative } from 'node:path';
import { estimateNetwork, type NetworkEstimate } from '../energy/estimate';
import { formatCount, formatJoules, formatShare } from '../energy/format';
import { buildBuiltinNetwork } from '../network/builtin-networks';
import { countParameters, layerParameters } from '../network/parameters';
import { runConfigurationSchema } from '../protocol/configuration';
import type { Layer, LayerGraph } from '../protocol/layer-graph';
import { phases } from '../protocol/phases';
import { cifarClasses, cifarShape } from './cifar-graph';
import { profileArgument } from './device-profile-argument';
import { inspectFile, modelReference, problemOnCommandLine } from './resolve-model';
import { textTable } from './text-table';

export interface EstimateOptions {
  readonly input?: number[];
  readonly batch?: number;
  readonly profile?: string;
  readonly python?: string;
  readonly json?: boolean;
}

interface NamedGraph {
  readonly name: string;
  readonly graph: LayerGraph;
}

/**
 * `e2train estimate`: what one training iteration of every model of a file costs, by layer and phase.
 * @throws Error with one sentence when there is no model to estimate.
 */
export async function estimate(argument: string, options: EstimateOptions): Promise<void> {
  const profile = profileArgument(options.profile);
  const batchSize = options.batch ?? runConfigurationSchema.shape.batchSize.parse(undefined);
  const models = await modelsOf(argument, options);
  const estimates = models.map(({ name, graph }) => ({ name, graph, network: estimateNetwork(graph, profile, { batchSize }) }));
  if (options.json) {
    console.log(
      JSON.stringify(
        estimates.map((entry) => ({ kind: 'estimated', unit: 'J per iteration', ...entry })),
        null,
        2,
      ),
    );
    return;
  }
  console.log(
    estimates.map(({ name, graph, network }) => `${heading(name, graph, network)}\n\n${layerTable(graph, network)}`).join('\n\n'),
  );
}

async function modelsOf(argument: string, options: EstimateOptions): Promise<NamedGraph[]> {
  const { input } = options;
  const reference = modelReference(argument, options);
  if (reference.kind === 'builtin') {
    return [{ name: reference.name, graph: buildBuiltinNetwork(reference.name, input ?? cifarShape, cifarClasses) }];
  }
  const { models, problems } = await inspectFile(reference);
  const sentences = problems.map(problemOnCommandLine);
  if (models.length === 0) throw new Error(sentences.join('\n'));
  for (const sentence of sentences) console.error(sentence);
  return models.map(({ exportName, graph }) => ({ name: `${relative(process.cwd(), reference.path)} ${exportName}`, graph }));
}

function heading(name: string, graph: LayerGraph, network: NetworkEstimate): string {
  const macs = network.macs.forward + network.macs.inputGradient + network.macs.weightGradient;
  const energy = `~${formatJoules(network.totalJ)} per training iteration of ${network.batchSize} images (SMB, fp32)`;
  const size = `${formatCount(countParameters(graph))} parameters, ${formatCount(network.macs.forward)} MACs forward, ${formatCount(macs)} in training, per image`;
  return `${name}: ${energy}\n${size}\nEstimated with the device profile ${network.profile}; nothing was measured.${network.notIncluded.map((sentence) => ` ${sentence}`).join('')}`;
}

function layerTable(graph: LayerGraph, network: NetworkEstimate): string {
  const columns = [
    { title: 'layer' },
    { title: 'line' },
    { title: 'output' },
    { title: 'parameters', align: 'right' },
    { title: 'MACs', align: 'right' },
    ...['forward', 'input gradient', 'weight gradient', 'update', 'total', 'share'].map((title) => ({ title, align: 'right' as const })),
  ] as const;
  const rows = network.layers.flatMap((estimated, index) => {
    const layer = graph.layers[index]!;
    if (layer.kind === 'input') return [];
    const parameters = layerParameters(graph, layer).total;
    return [
      [
        layer.name,
        lineOf(layer),
        layer.outputShape.join('×'),
        parameters ? formatCount(parameters) : '–',
        estimated.macs.forward ? formatCount(estimated.macs.forward) : '–',
        ...phases.map((phase) => (estimated.phaseJ[phase] ? formatJoules(estimated.phaseJ[phase]) : '–')),
        estimated.totalJ ? formatJoules(estimated.totalJ) : '–',
        formatShare(estimated.totalJ / network.totalJ),
      ],
    ];
  });
  return textTable(columns, rows);
}

function lineOf({ source }: Layer): string {
  return source ? `${basename(source.file)}:${source.line}` : '–';
}
