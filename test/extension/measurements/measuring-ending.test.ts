import { describe, expect, it } from 'vitest';
import { endingText } from '../../../src/extension/measurements/measuring-ending';

describe('the end of a measuring session', () => {
  it('says what there is, what is missing and why', () => {
    expect(endingText({ state: 'complete' }, { figures: 4, unavailable: 0 }, 'ultra96')).toBe('Figures measured on ultra96: 4.');
    expect(endingText({ state: 'partial', reason: 'It was cancelled.' }, { figures: 2, unavailable: 1 }, 'ultra96')).toBe(
      'The measurement on ultra96 is not complete; figures kept: 2. It was cancelled. Unavailable: 1; their file says why.',
    );
    expect(endingText({ state: 'failed', reason: 'No route to ultra96.' }, { figures: 0, unavailable: 0 }, 'ultra96')).toBe(
      'No route to ultra96.',
    );
  });
});
