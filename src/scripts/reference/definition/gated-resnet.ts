import type { GatedResNetCase } from '../gated-resnet-case';
import { ComputedStep } from './computed-step';
import { GateControl, linear, linearGradient } from './gate-control';
import { type Images, NormalizedConvolution } from './normalized-convolution';
import { PredictiveConvolution } from './predictive-convolution';
import { ResidualBlock } from './residual-block';

/** What one step of training is by its definition, by the names of the reference file. */
export interface DefinedStep {
  readonly masks: readonly Float64Array[];
  readonly gateProbs: readonly Float64Array[];
  readonly logits: Float64Array;
  readonly crossEntropy: number;
  readonly loss: number;
  readonly grads: ReadonlyMap<string, Float64Array>;
}

/** A block with the gate that decides whether it runs, but for the first, which always does. */
interface GatedBlock {
  readonly block: ResidualBlock;
  readonly gate: PredictiveConvolution | undefined;
}

/**
 * One step of the authors' gated ResNet from the parameters of a reference file, in float64 and from the formulas (E2-Train, sections 3.2
 * and 3.3) alone: written without a look at how our engines' programs come about.
 * @param computed a step that is followed and compared, layer by layer; absent: the definition stands alone.
 */
export function defineGatedResNetStep(reference: GatedResNetCase, computed = new ComputedStep()): DefinedStep {
  return new GatedResNet(reference, computed).step();
}

class GatedResNet {
  private readonly first: NormalizedConvolution;
  private readonly blocks: readonly GatedBlock[];
  private readonly control: GateControl;
  private readonly samples: number;
  private readonly masks: Float64Array[] = [];
  private readonly gateProbs: Float64Array[] = [];

  constructor(
    private readonly reference: GatedResNetCase,
    private readonly computed: ComputedStep,
  ) {
    this.samples = reference.labels.length;
    let size: Images['size'] = [reference.x.shape[1]!, reference.x.shape[2]!];
    const unit = (layer: string, normalization: string, stride: number) =>
      new NormalizedConvolution(reference, layer, normalization, size, stride, computed);
    this.first = unit('conv1', 'bn1', 1);
    this.control = new GateControl(reference.params, this.samples);
    const blocks: GatedBlock[] = [];
    let behind: string | undefined;
    for (const [group, count] of reference.layers.entries())
      for (let index = 0; index < count; index++) {
        const [name, shortcut] = [`group${group + 1}_layer${index}`, `group${group + 1}_ds${index}`];
        const isProjected = reference.params[`${shortcut}.0.weight`] !== undefined;
        const stride = isProjected && group > 0 ? 2 : 1;
        const first = unit(`${name}.conv1`, `${name}.bn1`, stride);
        const projection = isProjected ? unit(`${shortcut}.0`, `${shortcut}.1`, stride) : undefined;
        size = first.convolution.outputSize;
        const second = unit(`${name}.conv2`, `${name}.bn2`, 1);
        const block = new ResidualBlock({ first, second, projection }, this.samples, reference.psg, computed);
        blocks.push({ block, gate: behind === undefined ? undefined : this.gateConvolution(behind) });
        behind = `group${group + 1}_gate${index}.1`;
      }
    this.blocks = blocks;
  }

  step(): DefinedStep {
    const { reference, computed } = this;
    const images = { size: [reference.x.shape[1]!, reference.x.shape[2]!] as const, values: Float64Array.from(reference.x.values) };
    const normalized = this.first.forward(images, true);
    const rectified = computed.followRectified('conv1', normalized.values);
    let top: Images = { ...normalized, values: rectified };
    for (const { block, gate } of this.blocks) top = block.forward(top, gate && this.decide(gate, top));

    const pooled = this.pool(top);
    const [weight, bias] = [reference.params['fc.weight']!.values, reference.params['fc.bias']!.values];
    const logits = computed.follow('fc', 'logits', linear(pooled, weight, bias), 'batch: logits');
    const { crossEntropy, dlogits } = this.loss(logits);
    const executed = this.masks.reduce((sum, masks) => sum + masks.reduce((a, b) => a + b, 0), 0);
    const loss = crossEntropy + reference.beta * executed;
    computed.hold('fc', 'crossEntropy', [crossEntropy], 'batch: crossEntropy');
    computed.hold('fc', 'loss', [loss], 'batch: loss');

    const { dx: dpooled, dw, dbias } = linearGradient(pooled, dlogits, weight, bias.length);
    let dtop = this.spread(dpooled, top.values.length);
    for (const { block, gate } of [...this.blocks].reverse()) {
      const { dx, dmasks } = block.backward(dtop);
      const ofGate = gate && this.spread(this.learn(gate, dmasks), dx.length);
      dtop = ofGate ? dx.map((value, i) => value + ofGate[i]!) : dx;
    }
    this.first.backward(dtop.map((value, i) => (rectified[i]! > 0 ? value : 0)));

    const grads = this.gradients(new Map([['fc.weight', dw] as const, ['fc.bias', dbias] as const]));
    return { masks: this.masks, gateProbs: this.gateProbs, logits, crossEntropy, loss, grads };
  }

  /** Compares the gradients of all weights, those of the last layer given, and gathers them by name. */
  private gradients(ofLast: ReadonlyMap<string, Float64Array>): Map<string, Float64Array> {
    const { computed, control, first, blocks } = this;
    for (const [name, gradient] of ofLast) computed.holdGradient('fc', name, gradient);
    for (const [name, gradient] of control.gradients) computed.holdGradient('control', name, gradient);
    const units = [first, ...blocks.flatMap(({ block: { layers } }) => [layers.first, layers.second, layers.projection ?? []].flat())];
    for (const unit of units) unit.hold();
    const gates = blocks.flatMap(({ gate }) => gate ?? []);
    for (const gate of gates) gate.hold();
    const kernels = [...units.map(({ convolution }) => convolution), ...gates];
    return new Map([
      ...kernels.map(({ layer, optimizerGradient }) => [`${layer}.weight`, optimizerGradient] as const),
      ...units.flatMap((unit) => [...unit.gradients]),
      ...control.gradients,
      ...ofLast,
    ]);
  }

  /** A gate's 1×1 convolution, which sees the mean over the pixels. */
  private gateConvolution(layer: string): PredictiveConvolution {
    const { reference, samples, computed } = this;
    const { shape, values } = reference.params[`${layer}.weight`]!;
    const [inputs, outputs] = shape.slice(2) as [number, number];
    const geometry = { samples, inputHeight: 1, inputWidth: 1, kernelHeight: 1, kernelWidth: 1, inputs, outputs, stride: 1 };
    return new PredictiveConvolution(layer, Float64Array.from(values), geometry, reference.psg ? reference : undefined, computed);
  }

  /** The masks of the next gate's block. */
  private decide(gate: PredictiveConvolution, top: Images): Float64Array {
    const number = this.masks.length;
    const defined = this.control.forward(gate.forward(this.pool(top), true));
    const probabilities = this.computed.follow(gate.layer, 'probabilities', defined, `gate ${number}: gateProbs`);
    const masks = probabilities.map((probability, s) => Number(probability > this.reference.uniforms[number]!.values[s]!));
    this.computed.hold(gate.layer, 'masks', masks, `gate ${number}: masks`);
    this.gateProbs.push(probabilities);
    this.masks.push(masks);
    return masks;
  }

  /** Gradient of what the gate saw, from that of its masks (straight-through) and their cost. */
  private learn(gate: PredictiveConvolution, dmasks: Float64Array): Float64Array {
    return gate.backward(this.control.backward(dmasks.map((value) => value + this.reference.beta)));
  }

  private loss(logits: Float64Array): { crossEntropy: number; dlogits: Float64Array } {
    const { labels } = this.reference;
    const classes = logits.length / labels.length;
    let crossEntropy = 0;
    const dlogits = new Float64Array(logits.length);
    for (const [sample, label] of labels.entries()) {
      const row = logits.subarray(sample * classes, (sample + 1) * classes);
      const highest = row.reduce((a, b) => Math.max(a, b));
      const sum = row.reduce((a, b) => a + Math.exp(b - highest), 0);
      crossEntropy += (Math.log(sum) + highest - row[label]!) / labels.length;
      row.forEach((value, k) => {
        dlogits[sample * classes + k] = (Math.exp(value - highest) / sum - Number(k === label)) / labels.length;
      });
    }
    return { crossEntropy, dlogits };
  }

  /** Mean over the pixels, [samples, channels]. */
  private pool({ size: [height, width], values: x }: Images): Float64Array {
    const pixels = height * width;
    const channels = x.length / pixels / this.samples;
    const pooled = new Float64Array(this.samples * channels);
    x.forEach((value, i) => {
      pooled[Math.floor(i / (pixels * channels)) * channels + (i % channels)]! += value / pixels;
    });
    return pooled;
  }

  /** An image in which each pixel has its part of the gradient of the mean. */
  private spread(dpooled: Float64Array, length: number): Float64Array {
    const channels = dpooled.length / this.samples;
    const pixels = length / dpooled.length;
    return Float64Array.from({ length }, (_, i) => dpooled[Math.floor(i / (pixels * channels)) * channels + (i % channels)]! / pixels);
  }
}
