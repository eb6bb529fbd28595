import type { Layer, LayerGraph, Padding } from '../../src/protocol/layer-graph';

const noPadding: Padding = { top: 0, bottom: 0, left: 0, right: 0 };

type Given<K extends Layer['kind']> = Partial<Omit<Extract<Layer, { kind: K }>, 'kind' | 'name' | 'inputs' | 'outputShape'>>;

/** Writes small layer graphs for tests, layer by layer; shapes follow from the layers. */
export class GraphBuilder {
  private readonly layers: Layer[] = [];

  constructor(inputShape: number[]) {
    this.layers.push({ kind: 'input', name: 'input', inputs: [], outputShape: inputShape });
  }

  conv(name: string, from: string, filters: number, kernel: number, given: Given<'conv2d'> = {}): this {
    const defaults = {
      filters,
      kernelSize: [kernel, kernel] as [number, number],
      strides: [1, 1] as [number, number],
      dilation: [1, 1] as [number, number],
      padding: noPadding,
      useBias: true,
    };
    const full = { ...defaults, ...given };
    return this.push({ kind: 'conv2d', name, inputs: [from], ...full, outputShape: [...this.slid(from, full, full.kernelSize), filters] });
  }

  depthwise(name: string, from: string, depthMultiplier: number, kernel: number, given: Given<'depthwiseConv2d'> = {}): this {
    const defaults = {
      depthMultiplier,
      kernelSize: [kernel, kernel] as [number, number],
      strides: [1, 1] as [number, number],
      dilation: [1, 1] as [number, number],
      padding: noPadding,
      useBias: true,
    };
    const full = { ...defaults, ...given };
    const outputShape = [...this.slid(from, full, full.kernelSize), this.shape(from)[2]! * depthMultiplier];
    return this.push({ kind: 'depthwiseConv2d', name, inputs: [from], ...full, outputShape });
  }

  pool(kind: 'maxPooling2d' | 'averagePooling2d', name: string, from: string, size: number, stride: number, padding = noPadding): this {
    const poolSize: [number, number] = [size, size];
    const strides: [number, number] = [stride, stride];
    const outputShape = [...this.slid(from, { strides, dilation: [1, 1], padding }, poolSize), this.shape(from)[2]!];
    return this.push({ kind, name, inputs: [from], poolSize, strides, padding, outputShape });
  }

  batchNorm(name: string, from: string, given: Given<'batchNormalization'> = {}): this {
    const defaults = { epsilon: 1e-3, momentum: 0.9, center: true, scale: true };
    return this.push({ kind: 'batchNormalization', name, inputs: [from], outputShape: this.shape(from), ...defaults, ...given });
  }

  activation(name: string, from: string, fn: Extract<Layer, { kind: 'activation' }>['function']): this {
    return this.push({ kind: 'activation', name, inputs: [from], outputShape: this.shape(from), function: fn });
  }

  globalPool(name: string, from: string): this {
    return this.push({ kind: 'globalAveragePooling2d', name, inputs: [from], outputShape: this.shape(from).slice(-1) });
  }

  flatten(name: string, from: string): this {
    return this.push({ kind: 'flatten', name, inputs: [from], outputShape: [this.shape(from).reduce((a, b) => a * b, 1)] });
  }

  dense(name: string, from: string, units: number, given: Given<'dense'> = {}): this {
    return this.push({ kind: 'dense', name, inputs: [from], units, useBias: true, outputShape: [units], ...given });
  }

  add(name: string, ...from: string[]): this {
    return this.push({ kind: 'add', name, inputs: from, outputShape: this.shape(from[0]!) });
  }

  concatenate(name: string, ...from: string[]): this {
    const channels = from.reduce((sum, part) => sum + this.shape(part).at(-1)!, 0);
    return this.push({ kind: 'concatenate', name, inputs: from, outputShape: [...this.shape(from[0]!).slice(0, -1), channels] });
  }

  zeroPad(name: string, from: string, padding: Padding): this {
    const [h, w, c] = this.shape(from) as [number, number, number];
    const outputShape = [h + padding.top + padding.bottom, w + padding.left + padding.right, c];
    return this.push({ kind: 'zeroPadding2d', name, inputs: [from], padding, outputShape });
  }

  dropout(name: string, from: string, rate: number): this {
    return this.push({ kind: 'dropout', name, inputs: [from], rate, outputShape: this.shape(from) });
  }

  push(layer: Layer): this {
    this.layers.push(layer);
    return this;
  }

  shape(name: string): number[] {
    return this.layers.find((layer) => layer.name === name)!.outputShape;
  }

  /** The graph so far, with its last layer as output. */
  build(name = 'small'): LayerGraph {
    return { name, layers: this.layers, outputs: [this.layers.at(-1)!.name] };
  }

  private slid(
    from: string,
    layer: { strides: [number, number]; dilation: [number, number]; padding: Padding },
    size: [number, number],
  ): [number, number] {
    const [h, w] = this.shape(from) as [number, number];
    const { padding, strides, dilation } = layer;
    const out = (inside: number, border: number, axis: 0 | 1) =>
      Math.floor((inside + border - dilation[axis] * (size[axis] - 1) - 1) / strides[axis]) + 1;
    return [out(h, padding.top + padding.bottom, 0), out(w, padding.left + padding.right, 1)];
  }
}
