import { gateFeatures } from '../../training/compile/gate-tensors';
import { type GatedResNetCase, gatedResNetFields } from './gated-resnet-case';
import { elementsOf, type ReferenceTensor } from './tensor';

/** A length of a shape that the tensor itself decides. */
const own = undefined;
type Shape = readonly (number | undefined)[];
type Params = Readonly<Record<string, Pick<ReferenceTensor, 'shape'>>>;

/** What a field must be and is not. */
interface Fault {
  readonly path: (string | number)[];
  readonly rule: string;
}

/** Names of the parameters of a gated ResNet with the shapes that they must have. The gate behind the last block decides nothing and is left out. */
export function weightShapes({
  params,
  layers,
  x,
}: Pick<GatedResNetCase, 'layers' | 'x'> & { readonly params: Params }): Map<string, Shape> {
  const shapes = new Map<string, Shape>();
  const convolution = (layer: string, inputs: number | undefined, outputs: number | undefined = own) => {
    shapes.set(`${layer}.weight`, [own, own, inputs, outputs]);
    return params[`${layer}.weight`]?.shape[3];
  };
  const normalization = (layer: string, width: number | undefined) => {
    for (const part of ['weight', 'bias']) shapes.set(`${layer}.${part}`, [width]);
  };
  let width = convolution('conv1', x.shape[3]);
  normalization('bn1', width);
  let gate: string | undefined;
  for (const [group, count] of layers.entries())
    for (let index = 0; index < count; index++) {
      const [block, projection] = [`group${group + 1}_layer${index}`, `group${group + 1}_ds${index}`];
      if (gate !== undefined) shapes.set(`${gate}.weight`, [1, 1, width, gateFeatures]);
      const outputs = convolution(`${block}.conv1`, width);
      normalization(`${block}.bn1`, outputs);
      convolution(`${block}.conv2`, outputs, outputs);
      normalization(`${block}.bn2`, outputs);
      if (outputs !== width || params[`${projection}.0.weight`]) {
        convolution(`${projection}.0`, width, outputs);
        normalization(`${projection}.1`, outputs);
      }
      width = outputs;
      gate = `group${group + 1}_gate${index}.1`;
    }
  for (const side of ['ih', 'hh']) {
    shapes.set(`control.rnn.weight_${side}_l0`, [4 * gateFeatures, gateFeatures]);
    shapes.set(`control.rnn.bias_${side}_l0`, [4 * gateFeatures]);
  }
  shapes.set('control.proj.weight', [1, gateFeatures]).set('control.proj.bias', [1]);
  shapes.set('fc.weight', [own, width]).set('fc.bias', [params['fc.weight']?.shape[0]]);
  return shapes;
}

/** Refuses a case that lacks a tensor, or whose tensors do not fit together. */
export const gatedResNetSchema = gatedResNetFields.superRefine((reference, context) => {
  for (const { path, rule } of tensorFaults(reference)) context.addIssue({ code: 'custom', path, message: rule });
});

function tensorFaults(reference: GatedResNetCase): Fault[] {
  const { layers, x, labels, params, grads, paramsAfterStep, logits } = reference;
  const blocks = layers.reduce((sum, count) => sum + count, 0);
  const faults: Fault[] = [];
  const samples = labels.length;
  const require = (isRight: boolean, rule: string, ...path: (string | number)[]) => {
    if (!isRight) faults.push({ path, rule });
  };
  require(blocks > 1, 'of two blocks or more, since the first has no gate', 'layers');
  require(x.shape.length === 4 && x.shape[0] === samples, `a tensor of ${samples} images, as many as there are labels`, 'x');
  for (const [name, shape] of weightShapes(reference)) {
    const rule = `a tensor of shape ${shape.map((length) => length ?? 'any').join(' × ')}`;
    require(fits(params[name], shape), rule, 'params', name);
    for (const [field, tensors] of Object.entries({ grads, paramsAfterStep }))
      require(fits(tensors[name], params[name]?.shape ?? shape), 'a tensor of the parameter’s shape', field, name);
  }
  const classes = params['fc.weight']?.shape[0] ?? 0;
  require(fits(logits, [samples, classes]), `a tensor of shape ${samples} × ${classes}`, 'logits');
  require(labels.every((label) => label < classes), `numbers below ${classes}, as many as there are logits`, 'labels');
  for (const field of ['uniforms', 'masks', 'gateProbs'] as const)
    for (let gate = 0; gate < blocks - 1; gate++) {
      const tensor = reference[field][gate];
      require(tensor !== undefined && elementsOf(tensor.shape) === samples, `a tensor of ${samples} values`, field, gate);
    }
  return faults;
}

function fits(tensor: Pick<ReferenceTensor, 'shape'> | null | undefined, shape: Shape): boolean {
  return tensor?.shape.length === shape.length && shape.every((length, axis) => length === own || length === tensor.shape[axis]);
}
