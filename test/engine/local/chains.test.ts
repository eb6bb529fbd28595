import { describe, expect, test } from 'vitest';
import { type ChainedStep, chainSteps } from '../../../src/engine/local/chains';
import { lowerProgram } from '../../../src/engine/local/lower';
import { planMemory } from '../../../src/engine/local/memory-plan';
import { replaceInputs } from '../../../src/engine/local/replace-inputs';
import { type Step, StepBuilder, tensorsOf } from '../../../src/engine/local/step';
import { residualProgram } from '../residual-program';

const target = { lanes: 8, threads: 2 };
const { program } = residualProgram({ batchSize: 5, size: 16, classes: 10, epsilon: 1e-5, momentum: 0.9, weightDecay: 1e-4 });
const perSample = new Set(program.tensors.filter((tensor) => tensor.perSample).map(({ id }) => id));

function chainsOf(steps: readonly ChainedStep[]): ChainedStep[][] {
  const chains: ChainedStep[][] = [];
  for (let first = 0; first < steps.length; first += steps[first]!.chainSteps)
    chains.push(steps.slice(first, first + steps[first]!.chainSteps));
  return chains;
}

describe('A residual network’s training', () => {
  const [section] = lowerProgram(program, target, 5);
  const chains = chainsOf(section!.steps);

  test('takes batch norm with its activation, convolution and the next statistics in one chain', () => {
    const kernels = chains.map((chain) => chain.map(({ kernel }) => kernel).join(' '));
    expect(kernels).toContainEqual(expect.stringMatching(/^batchNormalization \w*[cC]onvolution sampleMoments$/));
  });

  test('has no chain in which one step needs another’s result over all samples', () => {
    for (const chain of chains) {
      const written = chain.flatMap((step) => tensorsOf(step).filter((use) => use.written && !perSample.has(use.id)));
      for (const { id } of written) expect(chain.filter((step) => tensorsOf(step).some((use) => use.id === id))).toHaveLength(1);
    }
  });

  test('shares no memory between the tensors of a chain', () => {
    const [planned] = planMemory(program, target, 5).sections;
    for (const chain of chainsOf(planned!.steps)) {
      const ids = [...new Set(chain.flatMap((step) => tensorsOf(step).map(({ id }) => id)))];
      const places = ids.map((id) => [planned!.offsets.get(id)!, planned!.sizes.get(id)!] as const).sort(([a], [b]) => a - b);
      places.slice(1).forEach(([start], i) => {
        expect(start).toBeGreaterThanOrEqual(places[i]![0] + places[i]![1]);
      });
    }
  });
});

describe('Steps', () => {
  const bytes = (id: number) => (id < 100 ? 40 : undefined);
  const activation = (x: number, y: number) => ({ x, y, elements: 10, perSample: 1, function: 0 });
  function built(build: (builder: StepBuilder) => void): Step[] {
    const builder = new StepBuilder(target, 4, 100);
    build(builder);
    return builder.steps;
  }

  const winograd = {
    sourceHeight: 4,
    sourceWidth: 4,
    sourceChannels: 8,
    top: 1,
    left: 1,
    outputHeight: 4,
    outputWidth: 4,
    outputChannels: 8,
  };
  const convolution = (x: number, y: number) => ({ x, packed: 101, bias: undefined, y, ...winograd, tilesAtOnce: 8, adds: 0 });

  test('of different sample lists are chained, divided by the list of the one that computes, else evenly', () => {
    const divisions = (build: (builder: StepBuilder) => void) =>
      chainSteps(built(build), bytes).map(({ chainSteps: length, division }) => ({ length, division }));
    const moving = divisions((builder) => {
      builder.onSamples('activation', 50, activation(1, 2));
      builder.onSamples('activation', 51, activation(2, 3));
    });
    expect(moving).toEqual([
      { length: 2, division: undefined },
      { length: 1, division: undefined },
    ]);
    const computing = divisions((builder) => {
      builder.onSamples('activation', 50, activation(1, 2));
      builder.onSamples('winogradConvolution', 51, convolution(2, 3));
    });
    expect(computing).toEqual([
      { length: 2, division: 51 },
      { length: 1, division: 51 },
    ]);
  });

  test('that compute on different sample lists are not chained', () => {
    const steps = built((builder) => {
      builder.onSamples('winogradConvolution', 50, convolution(1, 2));
      builder.onSamples('winogradConvolution', 51, convolution(2, 3));
    });
    expect(chainSteps(steps, bytes).map(({ chainSteps: length }) => length)).toEqual([1, 1]);
  });

  test('that touch little of a sample go ahead of a chain of those that touch much, where nothing in it depends on them', () => {
    const large = (id: number) => (id < 10 ? 4096 : bytes(id));
    const steps = built((builder) => {
      builder.onSamples('activation', undefined, activation(1, 2));
      builder.onSamples('activation', undefined, activation(21, 22));
      builder.onSamples('activation', undefined, activation(22, 23));
      builder.onSamples('activation', undefined, activation(2, 3));
      builder.onSamples('globalAveragePooling', undefined, { x: 3, y: 24, pixels: 1, channels: 1 });
      builder.onSamples('activation', undefined, activation(24, 25));
    });
    const ordered = chainSteps(steps, large);
    expect(ordered.map(({ fields: { y } }) => y)).toEqual([22, 23, 2, 3, 24, 25]);
    expect(ordered.map(({ chainSteps: length }) => length)).toEqual([2, 1, 3, 1, 1, 1]);
  });

  test('that need all samples move out of a chain only where nothing in it depends on them', () => {
    const steps = built((builder) => {
      builder.onSamples('activation', undefined, activation(1, 2));
      builder.acrossSamples('sumPartials', undefined, { partial: 101, dw: 102, dbias: undefined, rows: 1, columns: 1 });
      builder.onSamples('dense', undefined, { x: 2, packed: 103, bias: undefined, y: 3, inputs: 1, outputs: 1 });
      builder.acrossSamples('denseWeightGradient', undefined, { x: 3, dy: 2, dw: 104, dbias: undefined, inputs: 1, outputs: 1, adds: 0 });
      builder.onSamples('dense', undefined, { x: 3, packed: 104, bias: undefined, y: 4, inputs: 1, outputs: 1 });
    });
    const ordered = chainSteps(steps, bytes);
    expect(ordered.map(({ kernel }) => kernel)).toEqual(['sumPartials', 'activation', 'dense', 'denseWeightGradient', 'dense']);
    expect(ordered.map(({ chainSteps: length }) => length)).toEqual([1, 2, 1, 1, 1]);
  });

  test('overwrite an input only after its last reader', () => {
    const steps = built((builder) => {
      builder.onSamples('activation', undefined, activation(1, 2));
      builder.onSamples('activation', undefined, activation(2, 3));
      builder.onSamples('add', undefined, { a: 2, b: 3, y: 4, elements: 10, perSample: 1 });
    });
    const places = replaceInputs(steps, bytes).map(({ fields: { x, a, b, y } }) => ({ x, a, b, y }));
    // 1 is dead after the first step, 2 after the last; 3 was written beside 2.
    expect(places).toMatchObject([
      { x: 1, y: 1 },
      { x: 1, y: 3 },
      { a: 1, b: 3, y: 1 },
    ]);
  });

  test('overwrite no tensor that outlives the section', () => {
    const steps = built((builder) => builder.onSamples('activation', undefined, activation(1, 2)));
    expect(replaceInputs(steps, (id) => (id === 2 ? 40 : undefined))[0]!.fields).toMatchObject({ x: 1, y: 2 });
  });
});
