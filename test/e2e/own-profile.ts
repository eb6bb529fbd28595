import { builtinProfiles } from '../../src/energy/device-profile';

/** The first built-in profile at so many times its prices, as a person's own: every energy is that many times as much. */
export function mine(factor: number, name = 'mine'): string {
  const text = JSON.stringify({ ...builtinProfiles[0], name });
  return JSON.stringify(
    JSON.parse(text, (key, value) => (key.endsWith('PJ') ? { ...value, value: factor * value.value } : value)),
    undefined,
    2,
  );
}
