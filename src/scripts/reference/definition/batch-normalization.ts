const epsilon = 1e-5;

/** What the forward pass of a batch normalization leaves for its gradient. */
interface Normalized {
  readonly values: Float64Array;
  readonly inverseDeviations: Float64Array;
}

/** Batch normalization of images, channels innermost, by the statistics of the batch. */
export class BatchNormalization {
  private normalized: Normalized | undefined;

  constructor(
    private readonly scale: ArrayLike<number>,
    private readonly shift: ArrayLike<number>,
  ) {}

  forward(x: Float64Array): Float64Array {
    const channels = this.scale.length;
    const count = x.length / channels;
    const [means, variances] = [new Float64Array(channels), new Float64Array(channels)];
    for (let i = 0; i < x.length; i++) means[i % channels]! += x[i]! / count;
    for (let i = 0; i < x.length; i++) variances[i % channels]! += (x[i]! - means[i % channels]!) ** 2 / count;
    const inverseDeviations = variances.map((variance) => 1 / Math.sqrt(variance + epsilon));
    const values = x.map((value, i) => (value - means[i % channels]!) * inverseDeviations[i % channels]!);
    this.normalized = { values, inverseDeviations };
    return values.map((value, i) => value * this.scale[i % channels]! + this.shift[i % channels]!);
  }

  backward(dy: Float64Array): { dx: Float64Array; scale: Float64Array; shift: Float64Array } {
    const { values, inverseDeviations } = this.normalized!;
    const channels = this.scale.length;
    const count = dy.length / channels;
    const [scale, shift] = [new Float64Array(channels), new Float64Array(channels)];
    for (let i = 0; i < dy.length; i++) {
      scale[i % channels]! += dy[i]! * values[i]!;
      shift[i % channels]! += dy[i]!;
    }
    const dx = dy.map((value, i) => {
      const c = i % channels;
      return this.scale[c]! * inverseDeviations[c]! * (value - (shift[c]! + values[i]! * scale[c]!) / count);
    });
    return { dx, scale, shift };
  }
}
