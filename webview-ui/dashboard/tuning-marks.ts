import { formatShare } from '../../src/energy/format';
import type { Tuning } from '../../src/protocol/configuration';
import type { TuningRecord } from '../../src/protocol/records';
import type { Mark } from './chart-content';

type SaverName = { [Name in keyof Tuning]-?: NonNullable<Tuning[Name]> extends object ? Name : never }[keyof Tuning];
type Knobs<Name extends SaverName> = Required<NonNullable<Tuning[Name]>>;
type Words = { readonly [Name in SaverName]: { readonly [Knob in keyof Knobs<Name>]: (value: Knobs<Name>[Knob]) => string } };

const switched = (name: string) => (on: boolean) => `${name} ${on ? 'on' : 'off'}`;

/** What a change of each knob is called; the compiler checks that none is missing. */
const words: Words = {
  smd: {
    enabled: switched('SMD'),
    dropProbability: (share) => `drop ${formatShare(share)}`,
    scheduleStretch: (factor) => `schedule × ${Number(factor.toFixed(2))}`,
  },
  slu: {
    enabled: switched('SLU'),
    skipRatio: (share) => `skip ${formatShare(share)}`,
    blocks: (choice) => (choice === 'all' ? 'gates on all blocks' : 'gates on identity blocks'),
    costWeight: (weight) => `cost weight ${weight}`,
    gateLearningRateFactor: (factor) => `gates’ learning rate × ${factor}`,
    estimator: (name) => `${name} gate gradient`,
    execution: (name) => `${name} execution`,
  },
  stochasticDepth: { enabled: switched('stochastic depth'), skipRatio: (share) => `skip ${formatShare(share)}` },
  psg: {
    enabled: switched('PSG'),
    learningRate: (rate) => `learning rate of signs ${rate}`,
    thresholdKind: (kind) => `${kind} threshold`,
    threshold: (threshold) => `threshold ${threshold}`,
    activationBits: (bits) => `activations ${bits} bits`,
    activationMsbBits: (bits) => `predictor ${bits} bits of activations`,
    weightBits: (bits) => `weights ${bits} bits`,
    gradientBits: (bits) => `gradients ${bits} bits`,
    gradientMsbBits: (bits) => `predictor ${bits} bits of gradients`,
  },
  swa: {
    enabled: switched('SWA'),
    startShare: (share) => `average from ${formatShare(share)}`,
    learningRateFactor: (factor) => `second half at ${factor} of the learning rate`,
    every: (count) => `average every ${count}`,
    batchNormBatches: (count) => `${count} batches for batch norm`,
  },
};
const saverNames = Object.keys(words) as SaverName[];
const baselines = { smb: 'no baseline', '8bit': 'fixed 8-bit', signsgd: 'SignSGD' } as const;

/** Says in a few words what a tuning changed. */
export function describeTuning(tuning: Tuning): string {
  const ofSavers = saverNames.flatMap((name) => {
    const change = (tuning[name] ?? {}) as Readonly<Record<string, unknown>>;
    const ofKnobs = words[name] as Readonly<Record<string, (value: never) => string>>;
    return Object.keys(ofKnobs).flatMap((knob) => (change[knob] === undefined ? [] : ofKnobs[knob]!(change[knob] as never)));
  });
  const { learningRate, iterations, baseline } = tuning;
  return [
    ...ofSavers,
    ...(baseline === undefined ? [] : [baselines[baseline]]),
    ...(learningRate === undefined ? [] : [`learning rate ${learningRate}`]),
    ...(iterations === undefined ? [] : [`${iterations} iterations`]),
  ].join(', ');
}

/** Marks of the changes made while the run was live; several at one iteration, as a moving slider makes them, become the last one. */
export function tuningMarks(tunings: readonly TuningRecord[]): Mark[] {
  const byIteration = new Map<number, Tuning>();
  for (const { iteration, tuning } of tunings) {
    const before: Tuning = byIteration.get(iteration) ?? {};
    const savers = saverNames.filter((name) => before[name] || tuning[name]).map((name) => [name, { ...before[name], ...tuning[name] }]);
    byIteration.set(iteration, { ...before, ...tuning, ...Object.fromEntries(savers) });
  }
  return [...byIteration].map(([x, tuning]) => ({ x, label: describeTuning(tuning) }));
}
