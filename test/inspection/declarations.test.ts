import { expect, it } from 'vitest';
import { declaredNames, exportStatement } from '../../src/inspection/declarations';

it('finds variables, functions, classes and destructured names with their lines', () => {
  const text = 'export const a = 1;\nlet b;\nexport default async function c() {}\nclass D {}\nconst { e, f: g } = h();\n';
  expect(declaredNames(text).map(({ name, line }) => [name, line])).toEqual([
    ['a', 1],
    ['b', 2],
    ['c', 3],
    ['D', 4],
    ['e', 5],
    ['g', 5],
  ]);
});

it('prefers the outermost of two declarations of one name', () => {
  expect(declaredNames('function f() {\n  const model = 1;\n}\nconst model = f();\n')).toContainEqual({
    name: 'model',
    line: 4,
    column: 1,
  });
});

it.each([
  ['default', 'const m = 1;\nexport default m;\n', 2],
  ['default', 'let m;\n\nmodule.exports = m;\n', 3],
  ['b', 'const a = 1;\nexport {\n  a as b,\n};\n', 3],
  ['b', 'const a = 1;\nexports.b = a;\n', 2],
])('finds where “%s” is exported in %j', (name, text, line) => {
  expect(exportStatement(text, name).line).toBe(line);
});
