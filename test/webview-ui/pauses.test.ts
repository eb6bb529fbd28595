import { expect, test } from 'vitest';
import type { Tuning } from '../../src/protocol/configuration';
import { iterationsBetween, pausesOf, psgSwitch, skippingSwitch } from '../../webview-ui/dashboard/pauses';

const tunings = (...all: readonly (readonly [iteration: number, tuning: Tuning])[]) =>
  all.map(([iteration, tuning]) => ({ type: 'tuning', iteration, tuning }) as const);
const [on, off] = [{ enabled: true }, { enabled: false }];

test('a saver is off from the tuning that switches it off to the one that switches it on, or to the present', () => {
  const switches = tunings([20, { psg: off }], [30, { psg: on }], [35, { psg: on }], [50, { psg: off }], [55, { psg: off }]);
  expect(pausesOf(switches, psgSwitch, 19)).toEqual([]);
  expect(pausesOf(switches, psgSwitch, 25)).toEqual([{ from: 19, to: 25 }]);
  expect(pausesOf(switches, psgSwitch, 60)).toEqual([
    { from: 19, to: 29 },
    { from: 49, to: 60 },
  ]);
});

test('what is first switched on was off before', () => {
  expect(pausesOf(tunings([5, { psg: on }]), psgSwitch, 60)).toEqual([{ from: 0, to: 4 }]);
  expect(pausesOf(tunings([1, { psg: on }]), psgSwitch, 60)).toEqual([]);
});

test('a tuning of something else, or of another of its knobs, switches nothing', () => {
  const others = tunings([20, { psg: { threshold: 0.1 } }], [21, { smd: off }], [22, { learningRate: 0.1 }]);
  expect(pausesOf(others, psgSwitch, 60)).toEqual([]);
  expect(pausesOf(others, skippingSwitch, 60)).toEqual([]);
});

test('SLU and stochastic depth give way to each other without a pause', () => {
  const [toDepth, toSlu] = [
    { slu: off, stochasticDepth: on },
    { slu: on, stochasticDepth: off },
  ];
  expect(pausesOf(tunings([20, toDepth], [30, toSlu], [40, toDepth]), skippingSwitch, 60)).toEqual([]);
  expect(pausesOf(tunings([20, { slu: { skipRatio: 0.2 }, stochasticDepth: off }]), skippingSwitch, 60)).toEqual([{ from: 19, to: 60 }]);
});

test('iterations in pauses are not counted', () => {
  const pauses = [
    { from: 5, to: 20 },
    { from: 30, to: 40 },
  ];
  expect(iterationsBetween(10, 50, pauses)).toBe(20);
  expect(iterationsBetween(20, 30, pauses)).toBe(10);
  expect(iterationsBetween(0, 100, [])).toBe(100);
});
