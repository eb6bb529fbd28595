import { describe, expect, it } from 'vitest';
import { buildResNet } from '../../src/network/resnet';
import { checkTrainable } from '../../src/training/check-trainable';
import { GraphBuilder } from './graph-builder';

const dataset = {
  name: 'Fashion-MNIST sample',
  imageShape: [28, 28, 1] as const,
  classes: Array.from({ length: 10 }, (_, index) => `${index}`),
};
const source = { file: '/home/someone/model.ts', line: 12, column: 3 };

function ending(build: (builder: GraphBuilder) => GraphBuilder): string[] {
  return checkTrainable(build(new GraphBuilder([28, 28, 1]).conv('c', 'input', 2, 3).globalPool('pool', 'c')).build(), dataset);
}

describe('what stands against training is said in one sentence', () => {
  it('and nothing is said of a network that fits', () => {
    expect(checkTrainable(buildResNet({ depth: 8, inputShape: [28, 28, 1], classes: 10 }), dataset)).toEqual([]);
    expect(ending((builder) => builder.dense('logits', 'pool', 10))).toEqual([]);
  });

  it('for a layer outside training’s reach, with its line', () => {
    const problems = ending((builder) =>
      builder
        .push({
          kind: 'other',
          name: 'lstm',
          inputs: ['pool'],
          outputShape: [10],
          className: 'LSTM',
          parameters: 10,
          macsPerSample: 10,
          source,
        })
        .dense('logits', 'lstm', 10),
    );
    expect(problems).toEqual([
      'Layer “lstm” (model.ts:12) is of type LSTM, which is estimated but cannot be trained here; replace it to train this model.',
    ]);
  });

  it('for an activation the engine has not', () => {
    const problems = ending((builder) => builder.activation('act', 'pool', 'selu').dense('logits', 'act', 10));
    expect(problems).toEqual(['Layer “act” has the activation selu, which cannot be trained here; use relu, relu6, sigmoid or tanh.']);
  });

  it('for a softmax in the middle', () => {
    const problems = ending((builder) => builder.activation('act', 'pool', 'softmax').dense('logits', 'act', 10));
    expect(problems[0]).toContain('a softmax inside the network');
  });

  it('for images of another size', () => {
    const problems = checkTrainable(buildResNet({ depth: 8, inputShape: [32, 32, 3], classes: 10 }), dataset);
    expect(problems).toEqual([
      'Layer “input” expects images of 32×32×3, but Fashion-MNIST sample has images of 28×28×1; ' +
        "set the model's input shape to [28, 28, 1] or choose another data set.",
    ]);
  });

  it('for another number of classes', () => {
    expect(ending((builder) => builder.dense('logits', 'pool', 7))).toEqual([
      'Layer “logits” tells 7 classes apart, but Fashion-MNIST sample has 10; give the last dense layer 10 units.',
    ]);
  });

  it('for a sigmoid at the end', () => {
    const problems = ending((builder) => builder.dense('one', 'pool', 1).activation('sigmoid', 'one', 'sigmoid'));
    expect(problems).toEqual([
      'Layer “sigmoid” ends the model with sigmoid; training needs a softmax over 10 classes at the end, or no activation there (logits).',
    ]);
  });

  it('for an output that is no vector', () => {
    const graph = new GraphBuilder([28, 28, 1]).conv('c', 'input', 2, 3).build();
    expect(checkTrainable(graph, dataset)[0]).toContain('gives 26×26×2 values');
  });

  it('for a dense layer on an image', () => {
    const graph = new GraphBuilder([28, 28, 1])
      .push({ kind: 'dense', name: 'd', inputs: ['input'], outputShape: [28, 28, 10], units: 10, useBias: true })
      .globalPool('pool', 'd')
      .build();
    expect(checkTrainable(graph, dataset)[0]).toContain('put a flatten or a global pooling layer before it');
  });

  it('for a model without weights, with several outputs, or with pooling that cannot be saved', () => {
    expect(
      checkTrainable(new GraphBuilder([28, 28, 1]).pool('maxPooling2d', 'p', 'input', 2, 2).globalPool('g', 'p').build(), {
        ...dataset,
        classes: ['x'],
      }),
    ).toEqual(['The model has no weights; add a convolution or a dense layer to train.']);
    const two = new GraphBuilder([28, 28, 1]).flatten('f', 'input').dense('a', 'f', 10).dense('b', 'f', 10).build();
    expect(checkTrainable({ ...two, outputs: ['a', 'b'] }, dataset)[0]).toContain('2 outputs');
    const odd = { top: 1, bottom: 1, left: 1, right: 1 };
    expect(
      ending(() => new GraphBuilder([28, 28, 1]).pool('maxPooling2d', 'p', 'input', 2, 2, odd).flatten('f', 'p').dense('a', 'f', 10))[0],
    ).toContain('pools with a padding');
  });
});
