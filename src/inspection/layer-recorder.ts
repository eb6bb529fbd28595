import * as layersLibrary from '@tensorflow/tfjs-layers';
import type { SourceLocation } from '../protocol/layer-graph';
import { filledShape, isOpen } from './input-shape';
import { InspectionError, inputShapeNeededSentence } from './problems';

type Layer = layersLibrary.layers.Layer;
type LayerArguments = Record<string, unknown>;

/** `Conv2D` → `conv2d`, as tf.layers names layers that were given no name. */
function snakeCase(className: string): string {
  return className
    .replace(/(.)([A-Z][a-z0-9]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();
}

/**
 * Notes where each layer of one inspection is made, gives layers the names they would have in a process of their own (tf.layers counts on
 * through the life of a process) and fills in input shapes that the source leaves open.
 */
export class LayerRecorder {
  private readonly sites = new WeakMap<object, SourceLocation>();
  private readonly counts = new Map<string, number>();
  /** The source left a dimension of an input open and nothing filled it. */
  private inputLeftOpen = false;

  constructor(
    private readonly callSite: (beyondConstructors: boolean) => SourceLocation | undefined,
    private readonly inputShape: readonly number[] | undefined,
  ) {}

  get leftInputOpen(): boolean {
    return this.inputLeftOpen;
  }

  sourceOf(layer: object): SourceLocation | undefined {
    return this.sites.get(layer);
  }

  /** Next free automatic name for a class: `dense_Dense1`, `dense_Dense2`, … */
  automaticName(className: string, prefix = `${snakeCase(className)}_`): string {
    const count = (this.counts.get(className) ?? 0) + 1;
    this.counts.set(className, count);
    return `${prefix}${className}${count}`;
  }

  /** Makes a layer by `make`, from arguments whose open input shape is filled, and notes the call. */
  record<L extends object>(
    layerArguments: LayerArguments | undefined,
    make: (filled: LayerArguments | undefined) => L,
    ofOwnClass = false,
  ): L {
    const layer = make(layerArguments && this.withFilledInput(layerArguments));
    const site = this.callSite(ofOwnClass);
    if (site) this.sites.set(layer, site);
    if (layerArguments?.name === undefined && layer instanceof layersLibrary.layers.Layer) this.rename(layer);
    return layer;
  }

  /** `tf.input`, whose layer is made on the way. */
  recordInput(config: LayerArguments): layersLibrary.SymbolicTensor {
    const filled = { ...this.withFilledInput(config), name: config.name ?? this.automaticName('input', '') };
    const tensor = layersLibrary.input(filled as Parameters<typeof layersLibrary.input>[0]);
    const site = this.callSite(false);
    if (site) this.sites.set(tensor.sourceLayer, site);
    return tensor;
  }

  /** Before a layer becomes the first of a sequential model: gives it the shape that its source leaves out. */
  prepareFirst(model: layersLibrary.Sequential, layer: Layer): void {
    if (layer instanceof layersLibrary.LayersModel || layer.batchInputShape || layer.inboundNodes.length > 0) return;
    if (!this.inputShape) throw new InspectionError('input-shape-needed', inputShapeNeededSentence(`The model “${model.name}”`));
    layer.batchInputShape = [null, ...this.inputShape];
  }

  private rename(layer: Layer): void {
    // A layer that was applied inside its own constructor has given its name away already.
    if (layer.inboundNodes.length > 0) return;
    layer.name = this.automaticName(layer.getClassName());
  }

  private withFilledInput(given: LayerArguments): LayerArguments {
    const filled = { ...given };
    for (const key of ['inputShape', 'shape']) {
      const shape = filled[key];
      if (Array.isArray(shape)) filled[key] = this.fill([null, ...shape]).slice(1);
    }
    for (const key of ['batchInputShape', 'batchShape']) {
      const shape = filled[key];
      if (Array.isArray(shape)) filled[key] = this.fill(shape);
    }
    return filled;
  }

  private fill(batchShape: (number | null)[]): (number | null)[] {
    const filled = filledShape(batchShape, this.inputShape);
    this.inputLeftOpen ||= isOpen(filled);
    return filled;
  }
}
