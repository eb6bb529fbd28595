import type { Operation, TensorId } from '../../engine/program';
import { needsInputGradient, needsOutputGradient } from '../../network/graph-queries';
import type { Layer, LayerGraph } from '../../protocol/layer-graph';
import type { BlockExecution } from './block-execution';
import type { Quantizer } from './fixed-point';
import { type ForwardPass, isEngineActivation } from './forward';
import { GradientSums } from './gradient-sums';
import type { ProgramBuilder } from './program-builder';
import type { SignedGradients } from './signed-gradients';
import { WeightGradients } from './weight-gradients';
import type { WeightTensors } from './weight-tensors';
import { windowOf } from './window';

/**
 * Adds the gradient operations of `layers` to `operations`, walking backwards from the layer `top` whose output gradient is `dtop`.
 * Below the first trainable layer of a path no gradient is computed: nobody would read it.
 * @param keepGradients gradients of weights stay readable after a run, at the price of memory that is not shared; for checks.
 * @param blocks how gated blocks ran in `forward`; absent: every block ran for every sample.
 * @param arithmetic what brought `forward`'s convolutions into fixed point, and what makes signs of their weight gradients; absent: neither.
 * @returns the gradient tensor of each trainable weight, by the weight's tensor.
 */
export function emitBackward(
  builder: ProgramBuilder,
  operations: Operation[],
  graph: LayerGraph,
  layers: readonly Layer[],
  weights: WeightTensors,
  forward: ForwardPass,
  top: Layer,
  dtop: TensorId,
  keepGradients: boolean,
  blocks?: BlockExecution,
  { quantizer, signs }: { readonly quantizer?: Quantizer | undefined; readonly signs?: SignedGradients | undefined } = {},
): ReadonlyMap<TensorId, TensorId> {
  const byName = new Map(layers.map((layer) => [layer.name, layer]));
  const sums = new GradientSums(builder, operations);
  const weightGradients = new WeightGradients(builder, operations, keepGradients ? 'output' : 'temporary');
  const names = new Map(weights.all.map((weight) => [weight.tensor, weight.name]));
  sums.lend(top.name, dtop);

  for (const layer of [...layers].reverse()) {
    const dy = blocks ? blocks.take(layer.name, sums) : sums.take(layer.name);
    if (dy !== undefined && needsOutputGradient(graph, layer)) emitLayer(layer, blocks?.arrive(layer.name, dy, sums) ?? dy);
    const again = sums.takeApart(layer.name);
    if (again !== undefined && needsOutputGradient(graph, layer)) emitLayer(layer, again, true);
    blocks?.behind(layer.name, sums, weightGradients, forward.outputs, wanted);
  }
  return weightGradients.all;

  function wanted(name: string): boolean {
    return needsOutputGradient(graph, byName.get(name)!);
  }

  /** @param apart whether `dy` is that of the second run of a projection. */
  function emitLayer(layer: Layer, dy: TensorId, apart = false): void {
    const inputs = layer.inputs.map((name) => forward.outputs.get(name)!);
    const x = inputs[0]!;
    const y = blocks?.ownOutput(layer.name, forward.outputs) ?? forward.outputs.get(layer.name)!;
    const inputWanted = needsInputGradient(graph, layer);
    const samples = blocks?.samplesOf(layer.name);
    const onSamples = (operation: Operation): Operation => (samples === undefined ? operation : { ...operation, samples });
    const emit = (operation: Operation): void => {
      operations.push(onSamples(operation));
    };

    /** The tensor for this layer's share of an input's gradient, if not a new one. */
    const share = (input = 0, place?: TensorId): TensorId => {
      const shape = byName.get(layer.inputs[input]!)!.outputShape;
      const dx = place ?? builder.perSample(`gradient of ${layer.inputs[input]} from ${layer.name}`, shape);
      sums.give(layer.inputs[input]!, dx, samples, apart && blocks?.runsTwice(layer.inputs[input]!));
      return dx;
    };
    const passOn = (): void => {
      for (const name of layer.inputs) if (wanted(name)) sums.lend(name, dy, samples);
    };

    switch (layer.kind) {
      case 'input':
      case 'other':
        return;
      case 'conv2d':
      case 'depthwiseConv2d': {
        const window = windowOf(layer, builder.shapeOf(x), layer.kernelSize, layer.dilation);
        const { kernel, bias } = weights.of(layer);
        const depthwise = layer.kind === 'depthwiseConv2d';
        const operands = forward.operands.get(layer.name)!;
        const multiplied = quantizer?.bits.gradientBits === undefined ? dy : quantizer.gradient(dy, samples).dy;
        weightGradients.compute([kernel!, bias], names, ([g, dbias]) => {
          const full = (dw: TensorId): Operation =>
            onSamples({
              kind: depthwise ? 'depthwiseConv2dWeightGradient' : 'conv2dWeightGradient',
              x: operands.x,
              dy: multiplied,
              dw,
              ...(dbias !== undefined && { dbias }),
              window,
            });
          if (!signs) return full(g!);
          const kernelShape = builder.shapeOf(kernel!);
          const use = { layer: layer.name, operands, dy, window, samples, kernelShape, g: g!, full };
          return signs.emit(use, depthwise ? undefined : quantizer);
        });
        const kind = depthwise ? 'depthwiseConv2dInputGradient' : 'conv2dInputGradient';
        if (inputWanted) emit({ kind, dy: multiplied, w: operands.w, dx: share(), window });
        return;
      }
      case 'dense': {
        const { kernel, bias } = weights.of(layer);
        weightGradients.compute([kernel!, bias], names, ([dw, dbias]) =>
          onSamples({
            kind: 'denseWeightGradient',
            x,
            dy,
            dw: dw!,
            ...(dbias !== undefined && { dbias }),
          }),
        );
        if (inputWanted) emit({ kind: 'denseInputGradient', dy, w: kernel!, dx: share() });
        return;
      }
      case 'batchNormalization': {
        const { gamma, beta } = weights.of(layer);
        const { mean, inverseDeviation } = forward.statistics.get(layer.name)!;
        // The operation computes all its gradients at once; where nobody reads dx it still needs a place.
        const dx = inputWanted ? share() : builder.perSample(`unread gradient below ${layer.name}`, layer.outputShape);
        weightGradients.compute([gamma, beta], names, ([dgamma, dbeta]) =>
          onSamples({
            kind: 'batchNormalizationGradient',
            x,
            dy,
            ...(gamma !== undefined && { gamma }),
            mean,
            inverseDeviation,
            dx,
            ...(dgamma !== undefined && { dgamma }),
            ...(dbeta !== undefined && { dbeta }),
          }),
        );
        return;
      }
      case 'activation':
        if (isEngineActivation(layer.function)) {
          emit({ kind: 'activationGradient', function: layer.function, y, dy, dx: share(0, blocks?.placeOfGradient(layer.name)) });
        } else passOn();
        return;
      case 'maxPooling2d':
        emit({
          kind: 'maxPooling2dGradient',
          x,
          y,
          dy,
          dx: share(),
          window: windowOf(layer, builder.shapeOf(x), layer.poolSize),
        });
        return;
      case 'averagePooling2d':
        emit({ kind: 'averagePooling2dGradient', dy, dx: share(), window: windowOf(layer, builder.shapeOf(x), layer.poolSize) });
        return;
      case 'globalAveragePooling2d':
        emit({ kind: 'globalAveragePooling2dGradient', dy, dx: share() });
        return;
      case 'add':
        if (!blocks?.passOn(layer.name, dy, sums, wanted)) passOn();
        return;
      case 'concatenate': {
        let offset = 0;
        layer.inputs.forEach((name, input) => {
          if (wanted(name)) emit({ kind: 'concatenatePartGradient', dwhole: dy, dpart: share(input), offset });
          offset += builder.shapeOf(inputs[input]!).at(-1)!;
        });
        return;
      }
      case 'flatten':
        emit({ kind: 'copy', x: dy, y: share() });
        return;
      case 'zeroPadding2d':
        emit({ kind: 'zeroPadding2dGradient', dy, dx: share(), top: layer.padding.top, left: layer.padding.left });
        return;
      case 'dropout': {
        const seed = forward.dropoutSeeds.get(layer.name);
        if (seed === undefined) passOn();
        else emit({ kind: 'dropoutGradient', dy, dx: share(), rate: layer.rate, seed });
        return;
      }
    }
  }
}
