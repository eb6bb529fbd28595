import { describe, expect, test } from 'vitest';
import { type ChainedStep, chainSteps } from '../../../src/engine/local/chains';
import { StepBuilder, tensorsOf } from '../../../src/engine/local/step';

/** Batch norm, convolution, weight gradient and a sum over tensors 1 to 6, as in a backward pass; 50 and 51 are lists of samples. */
function chain(listOfAdd = 50): ChainedStep[] {
  const builder = new StepBuilder({ lanes: 8, threads: 1 }, 4, 100);
  const elementwise = { elements: 10, perSample: 1 };
  const window = {
    sourceHeight: 8,
    sourceWidth: 8,
    sourceChannels: 8,
    top: 1,
    left: 1,
    outputHeight: 8,
    outputWidth: 8,
    outputChannels: 8,
  };
  builder.onSamples('activation', 50, { x: 1, y: 2, function: 0, ...elementwise });
  const values = { range: undefined, gradientRange: undefined, bits: 0, msbBits: 0, isSigned: 0, gradientBits: 0 };
  builder.onSamples('winogradWeightGradient', 50, { ...values, x: 3, dy: 2, partial: 101, ...window, tilesAtOnce: 8, withBias: 0 });
  builder.onSamples('winogradConvolution', 50, { x: 2, packed: 102, bias: undefined, y: 4, ...window, tilesAtOnce: 8, adds: 0 });
  builder.onSamples('add', listOfAdd, { a: 4, b: 5, y: 6, ...elementwise });
  return chainSteps(builder.steps, (id) => (id < 50 ? 40 * id : undefined));
}

describe('A chain', () => {
  test('fetches each tensor once, by the last step that computes before the first that touches it', () => {
    const [activation, weightGradient, convolution, add] = chain();
    expect(weightGradient!.fetches).toEqual([{ tensor: 4, samples: 50, bytesPerSample: 160, partsAhead: 0 }]);
    expect(convolution!.fetches).toEqual([
      { tensor: 5, samples: 50, bytesPerSample: 200, partsAhead: 0 },
      { tensor: 6, samples: 50, bytesPerSample: 240, partsAhead: 0 },
      // What the chain begins with is fetched for the samples that come next.
      { tensor: 1, samples: 50, bytesPerSample: 40, partsAhead: 1 },
      { tensor: 2, samples: 50, bytesPerSample: 80, partsAhead: 1 },
      { tensor: 3, samples: 50, bytesPerSample: 120, partsAhead: 1 },
    ]);
    expect([activation!.fetches, add!.fetches]).toEqual([[], []]);
  });

  test('leaves out what does not lie sample by sample', () => {
    const fetched = chain().flatMap(({ fetches }) => fetches.map(({ tensor }) => tensor));
    const touched = chain().flatMap((step) => tensorsOf(step).map(({ id }) => id));
    expect(touched).toContain(101);
    expect(fetched).not.toContain(101);
  });

  test('fetches what works on another list of samples by that list', () => {
    const [, , convolution, add] = chain(51);
    expect(add!.samples).toBe(51);
    expect(convolution!.fetches.slice(0, 2)).toEqual([
      { tensor: 5, samples: 51, bytesPerSample: 200, partsAhead: 0 },
      { tensor: 6, samples: 51, bytesPerSample: 240, partsAhead: 0 },
    ]);
  });

  test('runs through the samples the other way round than the one before it', () => {
    const builder = new StepBuilder({ lanes: 8, threads: 1 }, 4, 100);
    for (const x of [1, 3, 5]) {
      for (const y of [x, x + 1]) builder.onSamples('activation', 50, { x: y, y: y + 1, function: 0, elements: 10, perSample: 1 });
      builder.acrossSamples('sumPartials', undefined, { partial: x + 2, dw: x + 2, dbias: undefined, rows: 1, columns: 1 });
    }
    const chains = chainSteps(builder.steps, () => 40).filter(({ chainSteps: length }) => length > 1);
    expect(chains.map(({ reversed }) => reversed)).toEqual([false, true, false]);
  });
});
