import { expect, it } from 'vitest';
import { type SourceSyntaxError, transformSource } from '../../src/inspection/transform-source';

const typed = `import * as tf from '@tensorflow/tfjs';
type Units = number;
const units = 3 as Units; const later = make(units as number, tf);
export default later;
`;

/** Where `word` stands in a text, counted from 1. */
function place(text: string, word: string): { line: number; column: number } {
  const before = text.slice(0, text.indexOf(word)).split('\n');
  return { line: before.length, column: before.at(-1)!.length + 1 };
}

it('keeps every line where it was', () => {
  const { code } = transformSource('/model.ts', typed);
  expect(place(code, 'later = make(').line).toBe(3);
});

it('maps a column behind a removed type back to the text', () => {
  const { code, originalPosition } = transformSource('/model.ts', typed);
  expect(originalPosition(place(code, 'make(units'))).toEqual(place(typed, 'make(units'));
});

it('maps columns of the first line, in front of which the bindings stand', () => {
  const text = "const a = 1; throwing(a, 'x');\n";
  const { code, originalPosition } = transformSource('/model.js', text);
  const generated = { line: 1, column: code.indexOf('throwing') + 1 };
  expect(originalPosition(generated)).toEqual({ line: 1, column: 14 });
});

it('leaves a CommonJS file without imports untouched behind the bindings', () => {
  const text = "const tf = require('@tensorflow/tfjs');\nmodule.exports = tf;\n";
  expect(transformSource('/model.js', text).code.endsWith(text)).toBe(true);
});

it('says where the syntax is wrong', () => {
  try {
    transformSource('/model.ts', 'const a = 1;\nconst b = (;\n');
    expect.unreachable();
  } catch (error) {
    const { code, message, position } = error as SourceSyntaxError;
    expect({ code, message, position }).toEqual({
      code: 'syntax-error',
      message: 'Syntax error: unexpected token.',
      position: { line: 2, column: 12 },
    });
  }
});
