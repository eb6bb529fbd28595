import * as z from 'zod';
import type { Engine } from '../../engine/engine';
import { type CompiledNetwork, compileNetwork } from '../../training/compile/compile-network';
import { type Comparison, compareValues } from './comparison';
import { gatedResNetGraph } from './gated-resnet-graph';
import type { ReferenceFormat } from './reference-format';
import { type ReferenceTensor, tensorSchema } from './tensor';

const gatedResNetSchema = z.object({
  /** Blocks in each group. */
  layers: z.array(z.int().min(1)).min(1),
  psg: z.literal(false),
  /** What each executed block costs the loss for each sample. */
  beta: z.number(),
  lr: z.number(),
  momentum: z.number(),
  weightDecay: z.number(),
  x: tensorSchema,
  labels: z.array(z.int().min(0)),
  /** Drawn by each gate, one for each sample. */
  uniforms: z.array(tensorSchema),
  masks: z.array(tensorSchema),
  /** That of the gate behind the last block decides nothing. */
  gateProbs: z.array(tensorSchema),
  logits: tensorSchema,
  crossEntropy: z.number(),
  loss: z.number(),
  params: z.record(z.string(), tensorSchema),
  grads: z.record(z.string(), tensorSchema.nullable()),
  paramsAfterStep: z.record(z.string(), tensorSchema),
});
type GatedResNetCase = z.infer<typeof gatedResNetSchema>;

/** A gated ResNet's step of training in `masked` execution: masks, gate probabilities, logits, loss, gradients, parameters after the step. */
export const gatedResNets: ReferenceFormat<GatedResNetCase> = {
  name: 'gated ResNet',
  schema: gatedResNetSchema,
  check: checkGatedResNet,
};

async function checkGatedResNet(reference: GatedResNetCase, engine: Engine): Promise<Comparison[]> {
  const { params, beta, momentum, weightDecay } = reference;
  const batchSize = reference.labels.length;
  const graph = gatedResNetGraph(params, reference.layers, reference.x.shape.slice(1));
  const network = compileNetwork(graph, {
    batchSize,
    momentum,
    weightDecay,
    keepGradients: true,
    keepLogits: true,
    gating: { kind: 'slu', execution: 'masked', estimator: 'every', weightDecay },
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
    const loss = read(network.trainMetrics)[0]!;
    const executed = read(gates.masks).reduce((sum, mask) => sum + mask, 0);
    const ofGates = gates.blocks.flatMap(({ gate }) => [
      compareValues(`gate ${gate}: masks`, column(gates.masks, gate), reference.masks[gate]!.values),
      compareValues(`gate ${gate}: gateProbs`, column(learning.probabilities, gate), reference.gateProbs[gate]!.values),
    ]);
    const ofWeights = weights.flatMap(({ name, tensor, theirs }) => [
      compareValues(`${theirs}: grads`, read(network.gradients.get(name)!), transposed(reference.grads[theirs]!)),
      compareValues(`${theirs}: paramsAfterStep`, read(tensor), transposed(reference.paramsAfterStep[theirs]!)),
    ]);
    return [
      ...ofGates,
      compareValues('batch: logits', read(network.trainLogits!), reference.logits.values),
      compareValues('batch: crossEntropy', [loss], [reference.crossEntropy]),
      compareValues('batch: loss', [loss + beta * executed], [reference.loss]),
      ...ofWeights,
    ];
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
