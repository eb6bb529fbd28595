/** A layer class that the importer knows nothing about: neither its shape nor its arithmetic. */
export class UnknownLayerError extends Error {
  constructor(
    readonly layerName: string,
    readonly className: string,
  ) {
    super(
      `Layer “${layerName}” is of class “${className}”, which E2-Train does not know; replace it by a layer of tf.layers to see its energy.`,
    );
    this.name = 'UnknownLayerError';
  }
}

/** The model leaves its input shape open and none was given. */
export class InputShapeNeededError extends Error {
  constructor(readonly modelName: string) {
    super(`Model “${modelName}” does not say the shape of its input; give one, such as 32x32x3.`);
    this.name = 'InputShapeNeededError';
  }
}

/** A topology that is broken or uses something that cannot be estimated; `layerName` where one layer is to blame. */
export class TopologyError extends Error {
  constructor(
    message: string,
    readonly layerName?: string,
  ) {
    super(message);
    this.name = 'TopologyError';
  }
}
