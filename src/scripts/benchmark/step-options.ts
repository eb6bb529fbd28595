import { parseArgs } from 'node:util';
import { builtinNetworks, engineNames } from '../../protocol/configuration';
import { oneOf, wholeNumber } from '../option-values';
import type { HowLong } from './step-times';

export const saverNames = ['none', 'psg', 'slu', 'slu+psg'] as const;

export interface StepOptions {
  readonly network: (typeof builtinNetworks)[number];
  readonly batch: number;
  /** 0: the physical cores. */
  readonly threads: number;
  /** Savers on, `none` for plain training. */
  readonly savers: (typeof saverNames)[number];
  readonly engine: (typeof engineNames)[number];
  readonly howLong: HowLong;
  readonly json: boolean;
  /** Say kernel by kernel where the time goes. */
  readonly profile: boolean;
}

/** @throws Error with one sentence for what cannot be measured. */
export function parseStepOptions(words: readonly string[]): StepOptions {
  const { values } = parseArgs({
    args: [...words],
    options: {
      network: { type: 'string', default: 'resnet20' },
      batch: { type: 'string', default: '32' },
      threads: { type: 'string', default: '0' },
      savers: { type: 'string', default: 'none' },
      engine: { type: 'string', default: 'auto' },
      steps: { type: 'string', default: '30' },
      seconds: { type: 'string' },
      json: { type: 'boolean', default: false },
      profile: { type: 'boolean', default: false },
    },
  });
  const engine = oneOf('engine', engineNames, values.engine);
  if (values.profile && engine === 'tensorflow') throw new Error('--profile is for our own engines: native or wasm.');
  return {
    network: oneOf('network', builtinNetworks, values.network),
    batch: wholeNumber('batch', values.batch, 1),
    threads: wholeNumber('threads', values.threads, 0),
    savers: oneOf('savers', saverNames, values.savers),
    engine,
    howLong:
      values.seconds === undefined
        ? { steps: wholeNumber('steps', values.steps, 1) }
        : { seconds: wholeNumber('seconds', values.seconds, 1) },
    json: values.json,
    profile: values.profile,
  };
}
