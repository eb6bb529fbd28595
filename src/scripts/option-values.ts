/** Values of a command's options, checked: what is wrong is said in one sentence that names the option. */

export function oneOf<T extends string>(option: string, known: readonly T[], given: string): T {
  const found = known.find((name) => name === given);
  if (found === undefined) throw new Error(`--${option} must be one of ${known.join(', ')}, not “${given}”.`);
  return found;
}

export function wholeNumber(option: string, given: string, least: number): number {
  const number = Number(given);
  if (given.trim() === '' || !Number.isInteger(number) || number < least)
    throw new Error(`--${option} must be a whole number of at least ${least}, not “${given}”.`);
  return number;
}

/** Several of them, with commas. */
export const someOf = <T extends string>(option: string, known: readonly T[], given: string): T[] =>
  given.split(',').map((name) => oneOf(option, known, name));

export const wholeNumbers = (option: string, given: string, least: number): number[] =>
  given.split(',').map((number) => wholeNumber(option, number, least));
