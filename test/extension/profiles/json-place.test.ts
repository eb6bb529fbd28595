import { describe, expect, it } from 'vitest';
import { placeInJson } from '../../../src/extension/profiles/json-place';

const text = `{
  "name": "mine: \\"}{\\"",
  "list": [1, { "deep": true }],
  "dram": {
    "accessPJ": { "value": -5, "source": "a, b" }
  }
}
`;
const at = (path: readonly (string | number)[], of = text) => {
  const { start, end } = placeInJson(of, path);
  return of.slice(start, end);
};

describe('the place of a field in JSON text', () => {
  it('is its key with a short value, and its key alone before an object', () => {
    expect(at(['dram', 'accessPJ', 'value'])).toBe('"value": -5');
    expect(at(['dram', 'accessPJ'])).toBe('"accessPJ"');
    expect(at(['list', 1, 'deep'])).toBe('"deep": true');
  });

  it('is not misled by brackets and colons within texts', () => {
    expect(at(['name'])).toBe('"name": "mine: \\"}{\\""');
  });

  it('is the nearest field around one that is missing', () => {
    expect(at(['dram', 'accessPJ', 'unit'])).toBe('"accessPJ"');
    expect(at(['buffer', 'bytes'])).toBe('{');
  });

  // Each text with what JSON.parse refuses in it.
  it.each([
    ['{ "a": }', '}'],
    ['{ "a": 1, }', '}'],
    ['{ "a": 1 "b": 2 }', '"b"'],
    ['{ "a": 01 }', '01'],
    ['{ "a": "open\n}', '"open'],
    ['{ "a": [1, 2 ', '2'],
    ["{ 'a': 1 }", "'a'"],
    ['{ "a": 1 } }', '}'],
    ['', ''],
  ])('is where %j ceases to be JSON', (broken, place) => {
    expect(() => JSON.parse(broken)).toThrow();
    expect(at(['a'], broken)).toBe(place);
  });
});
