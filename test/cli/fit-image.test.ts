import { describe, expect, it } from 'vitest';
import { fitImage } from '../../src/cli/fit-image';

const rgba = (width: number, height: number, pixels: number[][]) => ({ width, height, data: Uint8Array.from(pixels.flat()) });

describe('fitting an image to a model', () => {
  it('takes the mean of the pixels under each target pixel', () => {
    const image = rgba(
      4,
      2,
      [0, 10, 20, 30, 40, 50, 60, 70].map((value) => [value, value, value, 255]),
    );
    expect([...fitImage(image, [1, 2, 1])]).toEqual([25, 45]);
  });

  it('repeats pixels of an image that is too small', () => {
    expect([...fitImage(rgba(1, 1, [[9, 8, 7, 255]]), [2, 2, 3])]).toEqual([9, 8, 7, 9, 8, 7, 9, 8, 7, 9, 8, 7]);
  });

  it('makes grey of colours as ITU-R BT.601 does, and black of what is transparent', () => {
    expect([...fitImage(rgba(1, 1, [[255, 0, 0, 255]]), [1, 1, 1])]).toEqual([76]);
    expect([...fitImage(rgba(1, 1, [[255, 255, 255, 0]]), [1, 1, 1])]).toEqual([0]);
  });

  it('says that no image fills an input of two channels', () => {
    expect(() => fitImage(rgba(1, 1, [[1, 1, 1, 255]]), [4, 4, 2])).toThrow('4×4×2');
  });
});
