import type { RgbaImage } from './read-image';

/** Luma of ITU-R BT.601, which image libraries use to make grey of colours. */
const luma = [0.299, 0.587, 0.114] as const;

/**
 * Brings an image to a model's input: the mean of the source pixels under each target pixel, transparent parts on black, colours made grey where the
 * model takes one channel.
 * @param shape height, width, channels (1 or 3) of the input.
 * @returns pixels 0 to 255 in that shape.
 * @throws Error with one sentence when the model takes neither grey nor colour images.
 */
export function fitImage(image: RgbaImage, shape: readonly number[]): Uint8Array {
  const [height, width, channels] = shape as [number, number, number];
  if (shape.length !== 3 || (channels !== 1 && channels !== 3)) {
    throw new Error(`The model takes inputs of shape ${shape.join('×')}, which no image file fills.`);
  }
  const out = new Uint8Array(height * width * channels);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const [red, green, blue] = meanColour(image, range(row, height, image.height), range(column, width, image.width));
      const target = (row * width + column) * channels;
      if (channels === 1) out[target] = Math.round(luma[0] * red + luma[1] * green + luma[2] * blue);
      else out.set([Math.round(red), Math.round(green), Math.round(blue)], target);
    }
  }
  return out;
}

/** Source pixels from … to (exclusive) that a target pixel covers; at least one. */
function range(index: number, targets: number, sources: number): [number, number] {
  const from = Math.floor((index * sources) / targets);
  return [from, Math.max(from + 1, Math.floor(((index + 1) * sources) / targets))];
}

function meanColour({ data, width }: RgbaImage, rows: [number, number], columns: [number, number]): [number, number, number] {
  const sum: [number, number, number] = [0, 0, 0];
  for (let row = rows[0]; row < rows[1]; row++) {
    for (let column = columns[0]; column < columns[1]; column++) {
      const pixel = 4 * (row * width + column);
      const opacity = data[pixel + 3]! / 255;
      for (let channel = 0; channel < 3; channel++) sum[channel]! += opacity * data[pixel + channel]!;
    }
  }
  const pixels = (rows[1] - rows[0]) * (columns[1] - columns[0]);
  return [sum[0] / pixels, sum[1] / pixels, sum[2] / pixels];
}
