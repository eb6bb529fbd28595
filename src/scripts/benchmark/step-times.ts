/** The first steps warm up: code is compiled, memory touched for the first time. Slow steps do so in one. */
const warmUpSteps = 3;
const fewestSteps = 2;

export interface StepTimes {
  readonly min: number;
  readonly median: number;
}

/** How often to do a step: a number of times, or for so many seconds, but at least twice. */
export type HowLong = { readonly steps: number } | { readonly seconds: number };

/** Milliseconds of one step, of many; `whenWarm` is called before the first that counts. */
export async function timeSteps(step: () => unknown, howLong: HowLong, whenWarm: () => void = () => undefined): Promise<StepTimes> {
  const warmUpMs = 'steps' in howLong ? Number.POSITIVE_INFINITY : 500 * howLong.seconds;
  const began = performance.now();
  for (let i = 0; i < warmUpSteps && (i === 0 || performance.now() - began < warmUpMs); i++) await step();
  whenWarm();
  const times: number[] = [];
  const warmSince = performance.now();
  const goesOn = () =>
    'steps' in howLong
      ? times.length < howLong.steps
      : times.length < fewestSteps || performance.now() - warmSince < 1000 * howLong.seconds;
  while (goesOn()) {
    const start = performance.now();
    await step();
    times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  return { min: times[0]!, median: times[times.length >> 1]! };
}
