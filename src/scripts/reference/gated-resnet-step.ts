import type { Engine } from '../../engine/engine';
import { compileNetwork } from '../../training/compile/compile-network';
import type { GatedResNetCase } from './gated-resnet-case';
import { gatedResNetGraph } from './gated-resnet-graph';
import { layerTensorsOf, predictedEntries } from './gated-resnet-layers';
import { backTransposed, transposed, weightsOf } from './gated-resnet-weights';
import { withReadable } from './layer-operands';

/** Tensors of steps of training by case and tensor, as the authors keep them. */
export type GatedResNetStep = Map<string, ArrayLike<number>>;

/**
 * Computes two steps on the same batch with the settings and weights of a case. Of the first: masks, gate probabilities, logits, loss, gradients
 * and parameters after it, and what each layer computed from (`LAYER: input`, `LAYER: output gradient`) and gave (`LAYER: output`). Of the second,
 * in which momentum counts: gradients and parameters after it (`WEIGHT: grads of step 2`, `WEIGHT: params after step 2`).
 */
export async function gatedResNetStep(reference: GatedResNetCase, engine: Engine): Promise<GatedResNetStep> {
  const { beta, bits, momentum, weightDecay, psg, params } = reference;
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
  const weights = weightsOf(network, reference);
  const layerTensors = layerTensorsOf(network, graph, weights, params);
  const executable = await engine.compile(withReadable(network.program, [...layerTensors.values()]));
  try {
    const gates = network.gates!;
    const learning = gates.learning!;
    const count = gates.blocks.length;
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
    const step: GatedResNetStep = new Map();
    const readWeights = (grads: string, after: string) => {
      for (const { name, tensor, theirs } of weights) {
        const { shape } = params[theirs]!;
        step.set(`${theirs}: ${grads}`, backTransposed(shape, read(network.gradients.get(name)!)));
        step.set(`${theirs}: ${after}`, backTransposed(shape, read(tensor)));
      }
    };
    for (const { gate } of gates.blocks) {
      step.set(`gate ${gate}: masks`, column(gates.masks, gate));
      step.set(`gate ${gate}: gateProbs`, column(learning.probabilities, gate));
    }
    const crossEntropy = read(network.trainMetrics)[0]!;
    const executed = read(gates.masks).reduce((sum, mask) => sum + mask, 0);
    step.set('batch: logits', read(network.trainLogits!));
    step.set('batch: crossEntropy', [crossEntropy]).set('batch: loss', [crossEntropy + beta * executed]);
    for (const [name, tensor] of layerTensors) step.set(name, read(tensor));
    for (const [layer, predicted] of predictedEntries(network, weights, read)) step.set(`${layer}: predicted`, [predicted]);
    readWeights('grads', 'paramsAfterStep');
    executable.run('train', batchSize);
    readWeights('grads of step 2', 'params after step 2');
    return step;
  } finally {
    executable.dispose();
  }
}
