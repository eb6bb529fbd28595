import * as z from 'zod';

/**
 * The layer graph as data: what inspection finds in a person's source, what the estimate walks over and what training compiles.
 * Shapes leave out the batch dimension; images are NHWC. Layers stand in topological order.
 */

/** Where a layer was made. Lines and columns count from 1, as editors show them. */
export const sourceLocationSchema = z.strictObject({
  file: z.string(),
  line: z.int().min(1),
  column: z.int().min(1),
});
export type SourceLocation = z.infer<typeof sourceLocationSchema>;

const size = z.int().min(0);
const positive = z.int().min(1);
const pair = z.tuple([positive, positive]);

/** Zeros added around an image before the window slides over it, in pixels. Always explicit: 'same' and 'valid' are resolved on import. */
export const paddingSchema = z.strictObject({ top: size, bottom: size, left: size, right: size });
export type Padding = z.infer<typeof paddingSchema>;

/** A Keras initializer by class name (`glorotNormal`, `HeNormal`, …) with its configuration, as tf.layers writes it. */
export const initializerSchema = z.strictObject({
  className: z.string(),
  config: z.record(z.string(), z.unknown()),
});
export type Initializer = z.infer<typeof initializerSchema>;

export const activationNames = [
  'linear',
  'relu',
  'relu6',
  'sigmoid',
  'tanh',
  'softmax',
  'elu',
  'selu',
  'softplus',
  'leakyRelu',
  'swish',
  'hardSigmoid',
  'other',
] as const;

const common = {
  /** Unique in the graph. */
  name: z.string().min(1),
  /** Names of the layers whose outputs this one reads. */
  inputs: z.array(z.string()),
  /** Without the batch dimension. A dimension that the source leaves open is 1 and `note` says so. */
  outputShape: z.array(size),
  /** The call that made this layer; absent for layers of built-in networks. */
  source: sourceLocationSchema.optional(),
  /** This layer is one more application of the named layer and shares its weights. */
  sharesWeightsWith: z.string().optional(),
  /** Something a reader of the estimate should know about this layer, as one sentence. */
  note: z.string().optional(),
};

export const layerSchema = z.discriminatedUnion('kind', [
  z.strictObject({ ...common, kind: z.literal('input') }),
  z.strictObject({
    ...common,
    kind: z.literal('conv2d'),
    filters: positive,
    kernelSize: pair,
    strides: pair,
    dilation: pair,
    padding: paddingSchema,
    useBias: z.boolean(),
    kernelInitializer: initializerSchema.optional(),
  }),
  z.strictObject({
    ...common,
    kind: z.literal('depthwiseConv2d'),
    depthMultiplier: positive,
    kernelSize: pair,
    strides: pair,
    dilation: pair,
    padding: paddingSchema,
    useBias: z.boolean(),
    kernelInitializer: initializerSchema.optional(),
  }),
  z.strictObject({
    ...common,
    kind: z.literal('batchNormalization'),
    epsilon: z.number().positive(),
    /** Share of the old running value kept at each step (Keras convention: running = momentum·running + (1 − momentum)·batch). */
    momentum: z.number().min(0).max(1),
    /** Whether there is a trainable shift (beta). */
    center: z.boolean(),
    /** Whether there is a trainable scale (gamma). */
    scale: z.boolean(),
  }),
  z.strictObject({ ...common, kind: z.literal('activation'), function: z.enum(activationNames) }),
  z.strictObject({
    ...common,
    kind: z.enum(['maxPooling2d', 'averagePooling2d']),
    poolSize: pair,
    strides: pair,
    padding: paddingSchema,
  }),
  z.strictObject({ ...common, kind: z.literal('globalAveragePooling2d') }),
  z.strictObject({
    ...common,
    kind: z.literal('dense'),
    units: positive,
    useBias: z.boolean(),
    kernelInitializer: initializerSchema.optional(),
  }),
  z.strictObject({ ...common, kind: z.literal('add') }),
  /** Joins along the last (channel) axis; other axes come as `other`. */
  z.strictObject({ ...common, kind: z.literal('concatenate') }),
  z.strictObject({ ...common, kind: z.literal('flatten') }),
  z.strictObject({ ...common, kind: z.literal('zeroPadding2d'), padding: paddingSchema }),
  z.strictObject({ ...common, kind: z.literal('dropout'), rate: z.number().min(0).max(1) }),
  /** A layer that can be estimated but is outside training's reach (LSTM, embedding, conv1d, …). */
  z.strictObject({
    ...common,
    kind: z.literal('other'),
    className: z.string(),
    parameters: size,
    macsPerSample: z.number().min(0),
  }),
]);
export type Layer = z.infer<typeof layerSchema>;
export type LayerKind = Layer['kind'];
export type LayerOf<K extends LayerKind> = Extract<Layer, { kind: K }>;

export const layerGraphSchema = z.strictObject({
  name: z.string(),
  layers: z.array(layerSchema).min(1),
  /** Names of the layers that are the network's outputs. */
  outputs: z.array(z.string()).min(1),
});
export type LayerGraph = z.infer<typeof layerGraphSchema>;
