import { describe, expect, test } from 'vitest';
import { addInPlace } from '../../../src/engine/local/add-in-place';
import { type Step, StepBuilder } from '../../../src/engine/local/step';

const elements = { elements: 8, perSample: 1 };

/** The gradients 1 and 2 of a dense layer's weights, each of which some step may add to another tensor. */
function steps(build: (builder: StepBuilder) => void): Step[] {
  const builder = new StepBuilder({ lanes: 8, threads: 2 }, 4, 100);
  builder.acrossSamples('denseWeightGradient', undefined, { x: 10, dy: 11, dw: 1, dbias: 2, inputs: 2, outputs: 4, adds: 0 });
  build(builder);
  return builder.steps;
}
const addition = (into: number, from: number) => ({ a: into, b: from, y: into, ...elements });
const summary = (of: readonly Step[]) => of.map(({ kernel, fields: { dw, dbias, adds } }) => ({ kernel, dw, dbias, adds }));

describe('A gradient that is added to another tensor', () => {
  const added = steps((builder) => {
    builder.acrossSamples('add', undefined, addition(3, 1));
    builder.acrossSamples('add', undefined, addition(4, 2));
  });

  test('is added by the kernel that computes it', () => {
    expect(summary(addInPlace(added, () => true))).toEqual([{ kernel: 'denseWeightGradient', dw: 3, dbias: 4, adds: 1 }]);
  });

  test.each<[string, Step[], (id: number) => boolean]>([
    ['somebody sees it after the section', added, (id) => id !== 2],
    ['another is not added', steps((builder) => builder.acrossSamples('add', undefined, addition(3, 1))), () => true],
    [
      'somebody else reads it, too',
      steps((builder) => {
        builder.acrossSamples('add', undefined, addition(3, 1));
        builder.acrossSamples('add', undefined, addition(4, 2));
        builder.acrossSamples('copy', undefined, { x: 1, y: 5, ...elements });
      }),
      () => true,
    ],
    [
      'what it is added to is used before',
      steps((builder) => {
        builder.acrossSamples('copy', undefined, { x: 3, y: 5, ...elements });
        builder.acrossSamples('add', undefined, addition(3, 1));
        builder.acrossSamples('add', undefined, addition(4, 2));
      }),
      () => true,
    ],
    [
      'the sum is a third tensor',
      steps((builder) => {
        builder.acrossSamples('add', undefined, { ...addition(3, 1), y: 5 });
        builder.acrossSamples('add', undefined, addition(4, 2));
      }),
      () => true,
    ],
  ])('stays apart where %s', (_, apart, isTemporary) => {
    expect(summary(addInPlace(apart, isTemporary))).toEqual(summary(apart));
  });
});
