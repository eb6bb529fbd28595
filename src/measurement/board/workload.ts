import { widthsOfPrecision } from '../../energy/precision';
import { inputShapesOf, needsInputGradient } from '../../network/graph-queries';
import { layerSignature } from '../../network/layer-signature';
import { layerParameters } from '../../network/parameters';
import type { Layer, LayerGraph } from '../../protocol/layer-graph';
import type { Phase } from '../../protocol/phases';
import { shellQuoted } from './shell-quote';

/** One thing to measure: a phase of a layer at a precision. */
export interface LoadTask {
  readonly layer: Layer;
  readonly inputShapes: readonly (readonly number[])[];
  readonly signature: string;
  readonly phase: Phase;
  readonly precision: string;
}

export interface PlanOptions {
  readonly phases: readonly Phase[];
  readonly precisions: readonly string[];
  /** Names of layers; all with weights where absent. */
  readonly layers?: readonly string[];
}

/**
 * What to measure of a network: each work once, since layers of one signature do the same. Phases that a layer does not have (gradient of the
 * network's input, update of a layer without weights) are left out.
 * @throws Error when a named layer is not there, or nothing is left to measure.
 */
export function planLoads(graph: LayerGraph, { phases, precisions, layers }: PlanOptions): LoadTask[] {
  const unknown = layers?.find((name) => !graph.layers.some((layer) => layer.name === name));
  if (unknown !== undefined) {
    throw new Error(`The model “${graph.name}” has no layer “${unknown}”; it has ${graph.layers.map(({ name }) => name).join(', ')}.`);
  }
  const wanted = graph.layers.filter((layer) =>
    layers ? layers.includes(layer.name) : weightsOf(graph, layer) > 0 && layer.kind !== 'batchNormalization',
  );
  const seen = new Set<string>();
  const tasks = wanted.flatMap((layer) => {
    const signature = layerSignature(graph, layer);
    return phases
      .filter((phase) => hasPhase(graph, layer, phase))
      .flatMap((phase) => precisions.map((precision) => ({ layer, inputShapes: inputShapesOf(graph, layer), signature, phase, precision })))
      .filter(({ phase, precision }) => {
        const work = `${signature}\n${phase}\n${precision}`;
        return layers !== undefined || (!seen.has(work) && seen.add(work));
      });
  });
  if (tasks.length === 0) throw new Error(`The model “${graph.name}” has no layer of which ${phases.join(' or ')} could be measured.`);
  return tasks;
}

function hasPhase(graph: LayerGraph, layer: Layer, phase: Phase): boolean {
  if (phase === 'forward') return true;
  if (phase === 'inputGradient') return needsInputGradient(graph, layer);
  return weightsOf(graph, layer) > 0;
}

const weightsOf = (graph: LayerGraph, layer: Layer) => layerParameters(graph, layer).total;

export interface Executions {
  readonly batchSize: number;
  /** Executions of the phase in one run of the command, as it is asked for. */
  readonly executions: number;
}

/** The layer and what to do with it as JSON: what a workload on the board reads. */
export function loadJson({ layer, inputShapes, phase, precision, signature }: LoadTask, { batchSize, executions }: Executions): string {
  const { source: _source, inputs: _inputs, note: _note, ...form } = layer;
  const bits = widthsOfPrecision(precision);
  return JSON.stringify({ ...form, inputShapes, signature, phase, precision, ...(bits && { bits }), batchSize, executions });
}

/** The same as flags: `--kind conv2d --input 32x32x16 --output 32x32x16 --kernel 3x3 … --phase forward --precision int8 --batch 1 --executions 100`. */
export function loadFlags({ layer, inputShapes, phase, precision }: LoadTask, { batchSize, executions }: Executions): string {
  const sizes = (shape: readonly number[]) => shape.join('x');
  const flags: Record<string, string | number | undefined> = {
    kind: layer.kind,
    name: layer.name,
    input: inputShapes.map(sizes).join(','),
    output: sizes(layer.outputShape),
    ...('kernelSize' in layer && { kernel: sizes(layer.kernelSize), strides: sizes(layer.strides), dilation: sizes(layer.dilation) }),
    ...('poolSize' in layer && { pool: sizes(layer.poolSize), strides: sizes(layer.strides) }),
    ...('padding' in layer && { padding: Object.values(layer.padding).join(',') }),
    ...('useBias' in layer && { bias: layer.useBias ? 1 : 0 }),
    phase,
    precision,
    batch: batchSize,
    executions,
  };
  return Object.entries(flags)
    .map(([flag, value]) => `--${flag} ${shellQuoted(String(value))}`)
    .join(' ');
}

const placeholders = /\{(layer\.json|layer|flags|name|phase|precision|batch|executions)\}/g;

/**
 * The command for one load: `{layer.json}` becomes the path of a file with the layer's JSON, `{layer}` that JSON as one word, `{flags}` the
 * same as flags, `{name}`, `{phase}`, `{precision}`, `{batch}` and `{executions}` single values.
 */
export function workloadCommand(template: string, task: LoadTask, how: Executions): string {
  const values: Record<string, string> = {
    'layer.json': '"$layer_json"',
    layer: shellQuoted(loadJson(task, how)),
    flags: loadFlags(task, how),
    name: shellQuoted(task.layer.name),
    phase: task.phase,
    precision: shellQuoted(task.precision),
    batch: String(how.batchSize),
    executions: String(how.executions),
  };
  return template.replaceAll(placeholders, (_, name: string) => values[name]!);
}

/** @throws Error when a template does not say which layer to run. */
export function checkTemplate(template: string): void {
  if (/\{(layer\.json|layer|flags|name)\}/.test(template)) return;
  throw new Error(
    'The workload does not say where the layer goes: write {layer.json} for the path of a JSON file, {layer} for the JSON itself, or {flags}, ' +
      'such as --workload "./run-layer {layer.json}".',
  );
}
