import type { Engine } from '../../engine/engine';
import { type CompiledNetwork, compileNetwork } from '../../training/compile/compile-network';
import type { GatedResNetCase } from './gated-resnet-case';
import { gatedResNetGraph } from './gated-resnet-graph';
import type { ReferenceTensor } from './tensor';

/** Tensors of one step of training by case and tensor, as the authors keep them. */
export type GatedResNetStep = Map<string, ArrayLike<number>>;

/** @param params the weights before the step. */
export async function gatedResNetStep(
  reference: GatedResNetCase,
  params: GatedResNetCase['params'],
  engine: Engine,
): Promise<GatedResNetStep> {
  const { beta, bits, momentum, weightDecay, psg } = reference;
  const batchSize = reference.labels.length;
  const graph = gatedResNetGraph(params, reference.layers, reference.x.shape.slice(1));
  const network = compileNetwork(graph, {
    batchSize,
    momentum,
    weightDecay,
    keepGradients: true,
    keepLogits: true,
    gating: { kind: 'slu', execution: 'masked', estimator: 'every', weightDecay, quantized: psg },
    ...(psg && {
      fixedPoint: {
        ...{ activationBits: bits, weightBits: bits, skipping: true },
        predictor: { activationBits: Math.min(bits, reference.msbBits), gradientBits: reference.msbGradBits },
      },
      signs: true,
    }),
  });
  const executable = await engine.compile(network.program);
  try {
    const gates = network.gates!;
    const learning = gates.learning!;
    const count = gates.blocks.length;
    const weights = weightsOf(network, reference);
    for (const { tensor, theirs } of weights) executable.write(tensor, transposed(params[theirs]!));
    executable.write(network.images, reference.x.values);
    executable.write(network.labels, Int32Array.from(reference.labels));
    executable.write(network.learningRate, Float32Array.of(reference.lr));
    executable.write(learning.learningRate, Float32Array.of(reference.lr));
    if (network.signs) {
      executable.write(network.signs.learningRate, Float32Array.of(reference.lr));
      executable.write(network.signs.threshold, Float32Array.of(reference.threshold));
    }
    executable.write(learning.costs, new Float32Array(count).fill(1));
    // The authors' cost adds up over samples and always counts against execution.
    executable.write(learning.target, Float32Array.of(-1));
    executable.write(learning.costWeight, Float32Array.of(beta * batchSize));
    const uniforms = Float32Array.from(
      { length: batchSize * count },
      (_, i) => reference.uniforms[i % count]!.values[Math.floor(i / count)]!,
    );
    executable.write(learning.uniforms, uniforms);
    executable.run('train', batchSize);

    const read = (tensor: number) => executable.read(tensor) as Float32Array;
    const column = (tensor: number, gate: number) => read(tensor).filter((_, i) => i % count === gate);
    const crossEntropy = read(network.trainMetrics)[0]!;
    const executed = read(gates.masks).reduce((sum, mask) => sum + mask, 0);
    const step: GatedResNetStep = new Map();
    for (const { gate } of gates.blocks) {
      step.set(`gate ${gate}: masks`, column(gates.masks, gate));
      step.set(`gate ${gate}: gateProbs`, column(learning.probabilities, gate));
    }
    step.set('batch: logits', read(network.trainLogits!));
    step.set('batch: crossEntropy', [crossEntropy]).set('batch: loss', [crossEntropy + beta * executed]);
    for (const { name, tensor, theirs } of weights) {
      const { shape } = params[theirs]!;
      step.set(`${theirs}: grads`, backTransposed(shape, read(network.gradients.get(name)!)));
      step.set(`${theirs}: paramsAfterStep`, backTransposed(shape, read(tensor)));
    }
    return step;
  } finally {
    executable.dispose();
  }
}

/** Our trainable weights and the names under which the reference has them. The gate behind the last block decides nothing and is left out. */
function weightsOf(network: CompiledNetwork, { layers }: GatedResNetCase): { name: string; tensor: number; theirs: string }[] {
  const suffixes: Readonly<Record<string, string>> = { kernel: 'weight', gamma: 'weight', beta: 'bias', bias: 'bias' };
  const ofLayers = network.weights
    .filter(({ trainable }) => trainable)
    .map(({ name, tensor }) => {
      const [layer, part] = name.split('/') as [string, string];
      return { name, tensor, theirs: `${layer}.${suffixes[part]}` };
    });
  const gateNames = layers.flatMap((blocks, group) =>
    Array.from({ length: blocks }, (_, block) => `group${group + 1}_gate${block}.1.weight`),
  );
  const { features, ...shared } = network.gates!.learning!.weights;
  const sharedNames: Readonly<Record<keyof typeof shared, string>> = {
    input: 'control.rnn.weight_ih_l0',
    recurrent: 'control.rnn.weight_hh_l0',
    inputBias: 'control.rnn.bias_ih_l0',
    recurrentBias: 'control.rnn.bias_hh_l0',
    logit: 'control.proj.weight',
    logitBias: 'control.proj.bias',
  };
  return [
    ...ofLayers,
    ...features.map(({ name, tensor }, gate) => ({ name, tensor, theirs: gateNames[gate]! })),
    ...Object.entries(shared).map(([part, { name, tensor }]) => ({ name, tensor, theirs: sharedNames[part as keyof typeof shared] })),
  ];
}

/** Matrices stand as [out, in] in the reference, as [in, out] here. */
function transposed({ shape, values }: ReferenceTensor): Float32Array {
  const [rows, columns] = shape;
  if (shape.length !== 2 || rows === undefined || columns === undefined) return values;
  return values.map((_, i) => values[(i % rows) * columns + Math.floor(i / rows)]!);
}

function backTransposed(shape: readonly number[], values: Float32Array): Float32Array {
  const [rows, columns] = shape;
  return shape.length === 2 ? transposed({ shape: [columns!, rows!], values }) : values;
}
