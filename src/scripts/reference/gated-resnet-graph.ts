import { centredPadding, windowedShape } from '../../network/window';
import type { Layer, LayerGraph } from '../../protocol/layer-graph';
import type { ReferenceTensor } from './tensor';

/**
 * The authors' gated ResNet as a layer graph, with their names: widths, groups and where a shortcut is projected come from the tensors.
 * The projection of a skipped block (`groupG_dsI`) and the block's own are one module there, and one shortcut here.
 */
export function gatedResNetGraph(
  params: Readonly<Record<string, ReferenceTensor>>,
  groups: readonly number[],
  inputShape: readonly number[],
): LayerGraph {
  const layers: Layer[] = [{ kind: 'input', name: 'input', inputs: [], outputShape: [...inputShape] }];
  const shapeOf = (name: string) => layers.find((layer) => layer.name === name)!.outputShape;
  const push = (layer: Layer): string => {
    layers.push(layer);
    return layer.name;
  };
  const convolution = (name: string, from: string, stride: number): string => {
    const [height, width, , filters] = params[`${name}.weight`]!.shape as [number, number, number, number];
    const kernelSize: [number, number] = [height, width];
    const strides: [number, number] = [stride, stride];
    const padding = centredPadding(kernelSize);
    const [rows, columns] = shapeOf(from) as [number, number];
    const outputShape = [...windowedShape([rows, columns], kernelSize, strides, [1, 1], padding), filters];
    return push({
      kind: 'conv2d',
      name,
      inputs: [from],
      outputShape,
      filters,
      kernelSize,
      strides,
      dilation: [1, 1],
      padding,
      useBias: false,
    });
  };
  const normalization = (name: string, from: string): string =>
    push({
      kind: 'batchNormalization',
      name,
      inputs: [from],
      outputShape: shapeOf(from),
      epsilon: 1e-5,
      momentum: 0.9,
      center: true,
      scale: true,
    });
  const relu = (name: string, from: string): string =>
    push({ kind: 'activation', name, inputs: [from], outputShape: shapeOf(from), function: 'relu' });

  let top = relu('relu', normalization('bn1', convolution('conv1', 'input', 1)));
  groups.forEach((blocks, group) => {
    for (let index = 0; index < blocks; index++) {
      const [block, projection] = [`group${group + 1}_layer${index}`, `group${group + 1}_ds${index}`];
      const projected = params[`${projection}.0.weight`] !== undefined;
      const stride = projected && group > 0 ? 2 : 1;
      const first = relu(`${block}.relu1`, normalization(`${block}.bn1`, convolution(`${block}.conv1`, top, stride)));
      const branch = normalization(`${block}.bn2`, convolution(`${block}.conv2`, first, 1));
      const shortcut = projected ? normalization(`${projection}.1`, convolution(`${projection}.0`, top, stride)) : top;
      const add = push({ kind: 'add', name: `${block}.add`, inputs: [branch, shortcut], outputShape: shapeOf(branch) });
      top = relu(`${block}.relu2`, add);
    }
  });
  const pooled = push({ kind: 'globalAveragePooling2d', name: 'avgpool', inputs: [top], outputShape: shapeOf(top).slice(-1) });
  const units = params['fc.bias']!.shape[0]!;
  const logits = push({ kind: 'dense', name: 'fc', inputs: [pooled], outputShape: [units], units, useBias: true });
  return { name: 'gated ResNet', layers, outputs: [logits] };
}
