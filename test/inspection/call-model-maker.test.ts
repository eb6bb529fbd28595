import { expect, it } from 'vitest';
import { callWithDefaults } from '../../src/inspection/call-model-maker';

const tf = { name: 'tf' };

/** A function with exactly this text; the test runner rewrites functions that stand in the test itself. */
const made = (text: string) => new Function(`return (${text});`)() as (...values: unknown[]) => unknown;

it('calls a function whose parameters have defaults without arguments', () => {
  expect(callWithDefaults((depth = 20) => depth, tf)).toEqual({ kind: 'callable', values: [] });
});

it('gives tf to a function that asks for it first', () => {
  const make = made('function (tf) {}');
  expect(callWithDefaults(make, tf)).toEqual({ kind: 'callable', values: [tf] });
  expect(callWithDefaults(made('tf => tf'), tf)).toEqual({ kind: 'callable', values: [tf] });
});

it('does not call a function that needs arguments, and says which', () => {
  const make = made('function make(tf, classes, options = { a: (1) }) {}');
  expect(callWithDefaults(make, tf)).toEqual({ kind: 'needs-arguments', names: 'tf, classes, options = { a: (1) }' });
});
