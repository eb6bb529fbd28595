import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { layoutHeader } from '../../../src/engine/local/layout-header';
import { sharedConstants } from '../../../src/engine/local/shared-constants';

const folder = join(__dirname, '..', '..', '..', 'src', 'engine', 'kernels');
const kernels = readdirSync(folder)
  .map((file) => readFileSync(join(folder, file), 'utf8'))
  .join('\n');

/** A constant that the kernels wrote out for themselves could change without the fingerprint, and memory would be overrun in silence. */
describe.each(Object.entries(sharedConstants))('The shared constant %s', (name, value) => {
  const inC = name.replace(/[A-Z]/g, '_$&').toUpperCase();

  it('reaches the kernels by the generated header alone', () => {
    expect(layoutHeader()).toMatch(new RegExp(`\\b${inC} = ${value}\\b`));
    expect(kernels).toMatch(new RegExp(`\\b${inC}\\b`));
    expect(kernels).not.toMatch(new RegExp(`#define ${inC}\\b|\\b${inC} = \\d`));
  });
});
