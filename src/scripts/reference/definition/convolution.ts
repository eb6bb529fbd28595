// biome-ignore-all lint/suspicious/noAssignInExpressions: sums over nested loops read best as one line each

/** Of a convolution that pads half its kernel, rounded down, on both sides: images [samples, height, width, channels], kernel HWIO. */
export interface Geometry {
  readonly samples: number;
  readonly inputHeight: number;
  readonly inputWidth: number;
  readonly kernelHeight: number;
  readonly kernelWidth: number;
  readonly inputs: number;
  readonly outputs: number;
  readonly stride: number;
}

export function outputSize({ inputHeight, inputWidth, kernelHeight, kernelWidth, stride }: Geometry): [height: number, width: number] {
  const along = (input: number, kernel: number) => Math.floor((input + 2 * Math.floor(kernel / 2) - kernel) / stride) + 1;
  return [along(inputHeight, kernelHeight), along(inputWidth, kernelWidth)];
}

const elementsIn = ({ samples, inputHeight, inputWidth, inputs }: Geometry) => samples * inputHeight * inputWidth * inputs;
const weightsIn = ({ kernelHeight, kernelWidth, inputs, outputs }: Geometry) => kernelHeight * kernelWidth * inputs * outputs;
const elementsOut = (geometry: Geometry) => geometry.samples * outputSize(geometry)[0] * outputSize(geometry)[1] * geometry.outputs;

/** Output of a convolution without bias. */
export function convolve(x: Float64Array, w: Float64Array, geometry: Geometry): Float64Array {
  const y = new Float64Array(elementsOut(geometry));
  forEachProduct(geometry, (i, o, k, outputs) => {
    const value = x[i]!;
    for (let f = 0; f < outputs; f++) y[o + f]! += value * w[k + f]!;
  });
  return y;
}

export function inputGradient(dy: Float64Array, w: Float64Array, geometry: Geometry): Float64Array {
  const dx = new Float64Array(elementsIn(geometry));
  forEachProduct(geometry, (i, o, k, outputs) => {
    let sum = 0;
    for (let f = 0; f < outputs; f++) sum += dy[o + f]! * w[k + f]!;
    dx[i]! += sum;
  });
  return dx;
}

export function weightGradient(x: Float64Array, dy: Float64Array, geometry: Geometry): Float64Array {
  const dw = new Float64Array(weightsIn(geometry));
  forEachProduct(geometry, (i, o, k, outputs) => {
    const value = x[i]!;
    for (let f = 0; f < outputs; f++) dw[k + f]! += value * dy[o + f]!;
  });
  return dw;
}

/** Every place of an input value, of the first of the outputs that it counts for, and of the first of the weights by which it does. */
function forEachProduct(geometry: Geometry, visit: (input: number, output: number, weight: number, outputs: number) => void): void {
  const { samples, inputHeight, inputWidth, kernelHeight, kernelWidth, inputs, outputs, stride } = geometry;
  const [outputHeight, outputWidth] = outputSize(geometry);
  const [top, left] = [Math.floor(kernelHeight / 2), Math.floor(kernelWidth / 2)];
  for (let s = 0; s < samples; s++)
    for (let row = 0; row < outputHeight; row++)
      for (let column = 0; column < outputWidth; column++)
        for (let i = 0; i < kernelHeight; i++)
          for (let j = 0; j < kernelWidth; j++) {
            const [y, x] = [row * stride + i - top, column * stride + j - left];
            if (y < 0 || x < 0 || y >= inputHeight || x >= inputWidth) continue;
            const from = ((s * inputHeight + y) * inputWidth + x) * inputs;
            const to = ((s * outputHeight + row) * outputWidth + column) * outputs;
            const by = (i * kernelWidth + j) * inputs * outputs;
            for (let c = 0; c < inputs; c++) visit(from + c, to, by + c * outputs, outputs);
          }
}
