import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { isOff } from '../../src/scripts/reference/comparison';
import { ComputedStep } from '../../src/scripts/reference/definition/computed-step';
import { defineGatedResNetStep } from '../../src/scripts/reference/definition/gated-resnet';
import { PredictiveConvolution } from '../../src/scripts/reference/definition/predictive-convolution';
import type { GatedResNetCase } from '../../src/scripts/reference/gated-resnet-case';
import { gatedResNetStep } from '../../src/scripts/reference/gated-resnet-step';
import { compareGatedResNetStep } from '../../src/scripts/reference/gated-resnets';
import { predictiveConvolutions } from '../../src/scripts/reference/predictive-convolutions';
import { withEngine } from '../engine/engine-builds';
import { relativeError } from '../engine/relative-error';
import { type MadeUp, madeUpCase } from './made-up-case';
import { authorsCase, references } from './reference-content';

describe('The definition in float64, held against the authors’ tensors', () => {
  test('is their step of the float network', () => {
    const reference = authorsCase('slu-resnet14-float');
    const { masks, gateProbs, logits, loss, grads } = defineGatedResNetStep(reference);
    masks.forEach((mask, gate) => {
      expect([...mask]).toEqual([...reference.masks[gate]!.values]);
    });
    gateProbs.forEach((probabilities, gate) => {
      expect(relativeError(probabilities, reference.gateProbs[gate]!.values)).toBeLessThan(1e-5);
    });
    expect(relativeError(logits, reference.logits.values)).toBeLessThan(1e-5);
    expect(loss).toBeCloseTo(reference.loss, 5);
    expect([...grads.keys()].sort()).toEqual(
      Object.keys(reference.grads)
        .filter((name) => reference.grads[name])
        .sort(),
    );
    for (const [name, gradient] of grads) expect(relativeError(gradient, reference.grads[name]!.values), name).toBeLessThan(2e-5);
  });

  test('is theirs of predictive convolutions', () => {
    const cases = z.parse(predictiveConvolutions.schema, JSON.parse(readFileSync(join(references, 'psg-conv.json'), 'utf8')));
    for (const { x, w, gy, y, gx, gw, sign, stride, inputSigned, name, ...settings } of cases) {
      const [samples, inputHeight, inputWidth, inputs] = x.shape as [number, number, number, number];
      const [kernelHeight, kernelWidth, , outputs] = w.shape as [number, number, number, number];
      const geometry = { samples, inputHeight, inputWidth, kernelHeight, kernelWidth, inputs, outputs, stride };
      const convolution = new PredictiveConvolution(name, Float64Array.from(w.values), geometry, settings, new ComputedStep());
      expect(relativeError(convolution.forward(Float64Array.from(x.values), inputSigned), y.values), name).toBeLessThan(1e-6);
      expect(relativeError(convolution.backward(Float64Array.from(gy.values)), gx.values), name).toBeLessThan(1e-6);
      if (sign) expect([...convolution.optimizerGradient], name).toEqual([...gw.values]);
    }
  });
});

describe('A step of the authors’ gated ResNet with predictive convolutions', () => {
  const reference = authorsCase('slu-resnet14-psg');
  const offWith = async (changed: Partial<GatedResNetCase>) => {
    const step = await withEngine({ build: 'native', threads: 2 }, (engine) => gatedResNetStep({ ...reference, ...changed }, engine));
    const comparisons = compareGatedResNetStep(reference, step);
    expect(comparisons.filter(({ tolerance }) => !Number.isFinite(tolerance))).toEqual([]);
    return comparisons.filter(isOff).map(({ name }) => name);
  };
  const kernels = Object.keys(reference.params).filter((name) => reference.params[name]!.shape.length === 4 && reference.grads[name]);

  test.each<[string, Partial<GatedResNetCase>, RegExp, number]>([
    ['β = 0.2', { threshold: -0.2 }, /^predicted entries: layer /, kernels.length],
    ['β = 100, which is no predictor', { threshold: -100 }, /^signs: layer group/, kernels.length / 2],
    ['β = 0.051', { threshold: -0.051 }, /^predicted entries: layer /, 10],
    ['an absolute threshold', { threshold: 0.05 }, /^predicted entries: layer /, 10],
    ['6 most significant bits', { msbBits: 6 }, /^signs: layer group/, 10],
    ['8 most significant bits', { msbBits: 8 }, /^signs: layer group/, 10],
    ['8 bits of the output gradient', { msbGradBits: 8 }, /^(signs|predicted entries): layer group/, 10],
    ['7 bits', { bits: 7 }, /^input: layer /, kernels.length],
    ['9 bits', { bits: 9 }, /^input: layer /, kernels.length],
    ['float32', { psg: false }, /^input: layer /, kernels.length],
    ['no weight decay', { weightDecay: 0 }, /: update$/, kernels.length],
    ['a learning rate 1 % too high', { lr: 1.01 * reference.lr }, /: update$/, kernels.length],
    ['a momentum of 0.89', { momentum: 0.89 }, /: update with momentum$/, kernels.length],
    ['executed blocks that cost nothing', { beta: 0 }, /^loss: layer fc$|: layer group\d_gate/, 1],
  ])('is off with %s', async (_name, changed, where, least) => {
    expect((await offWith(changed)).filter((name) => where.test(name)).length).toBeGreaterThanOrEqual(least);
  });

  test('is off wherever a weight that is not a number gets to, without an infinite tolerance', async () => {
    const { shape, values } = reference.params['conv1.weight']!;
    const spoilt = values.map((value, i) => (i === 7 ? Number.NaN : value));
    const off = await offWith({ params: { ...reference.params, 'conv1.weight': { shape, values: spoilt } } });
    for (const name of ['batch: logits', 'conv1.weight: paramsAfterStep', 'output: layer conv1', 'conv1.weight: update'])
      expect(off).toContain(name);
  });

  test('is off end to end with the gradients of another layer', async () => {
    const [one, other] = ['group1_layer0.conv1.weight', 'group1_layer0.conv2.weight'];
    const grads = { ...reference.grads, [one]: reference.grads[other]!, [other]: reference.grads[one]! };
    const step = await withEngine({ build: 'native', threads: 2 }, (engine) => gatedResNetStep(reference, engine));
    const off = compareGatedResNetStep({ ...reference, grads }, step).filter(isOff);
    expect(off.map(({ name }) => name)).toEqual([`${one}: grads`, `${other}: grads`]);
  });
});

describe('Made-up cases of the format', () => {
  const small: MadeUp = { seed: 1, layers: [1, 1], channels: [8, 12], size: [8, 8], samples: 3 };
  const odd: MadeUp = { seed: 2, layers: [2, 1], channels: [4, 6], size: [9, 7], samples: 5 };
  const deep: MadeUp = { seed: 3, layers: [3, 3], channels: [5, 9], size: [12, 12], samples: 2 };
  const larger: MadeUp = { seed: 11, layers: [2, 2, 2], channels: [16, 32, 64], size: [16, 16], samples: 4 };

  /** A ReLU of one of our engines passes what it stops in float64. */
  const atKink: MadeUp = { seed: 269, layers: [3, 3, 3], channels: [8, 16, 32], size: [32, 32], samples: 3 };
  /** Levels are large, and one that is turned changes all gradients. */
  const atLevel: MadeUp = { ...atKink, seed: 214 };

  test.each<[MadeUp, Partial<GatedResNetCase>]>([
    [small, {}],
    [small, { bits: 16, msbBits: 8 }],
    [odd, { bits: 4, msbBits: 2, msbGradBits: 6, beta: 0.01 }],
    [odd, { threshold: 1e-3, weightDecay: 0, momentum: 0.5 }],
    [odd, { psg: false, lr: 0.01 }],
    [deep, { bits: 6, msbBits: 3, msbGradBits: 8, threshold: -0.1 }],
    [deep, { bits: 2, msbBits: 5, msbGradBits: 2 }],
    [atKink, { psg: false, lr: 0.5, weightDecay: 0, momentum: 0, beta: 1e-4 }],
    [atLevel, { bits: 4, msbBits: 3, msbGradBits: 8, threshold: -0.3, lr: 0.01, weightDecay: 5e-4, momentum: 0.5, beta: 0.01 }],
    [larger, { bits: 10, msbBits: 5, weightDecay: 5e-4 }],
  ])('are met: %o with %o', async (shape, settings) => {
    const reference = madeUpCase(shape, settings);
    for (const build of ['native', 'wasm-relaxed'] as const) {
      const step = await withEngine({ build, threads: 1 }, (engine) => gatedResNetStep(reference, engine));
      expect(compareGatedResNetStep(reference, step).filter(isOff), build).toEqual([]);
    }
  });
});
