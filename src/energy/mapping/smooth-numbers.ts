/** Prime factors, smallest first; none for 1. */
export function primeFactors(number: number): number[] {
  const factors: number[] = [];
  let rest = number;
  for (let prime = 2; prime * prime <= rest; prime++) {
    while (rest % prime === 0) {
      factors.push(prime);
      rest /= prime;
    }
  }
  if (rest > 1) factors.push(rest);
  return factors;
}

const largestFactor = 13;

/** The smallest whole number from `number` on whose prime factors are at most 13: loops that can be cut into tiles. */
export function roundedUpToSmooth(number: number): number {
  let candidate = number;
  while ((primeFactors(candidate).at(-1) ?? 1) > largestFactor) candidate++;
  return candidate;
}

/** All divisors, smallest first. */
export function divisors(number: number): number[] {
  const found = [1];
  for (const factor of primeFactors(number))
    for (const divisor of [...found]) if (!found.includes(divisor * factor)) found.push(divisor * factor);
  return found.sort((a, b) => a - b);
}
