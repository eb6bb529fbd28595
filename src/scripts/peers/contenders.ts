import { join } from 'node:path';
import { pythonWithTorch } from './pytorch';
import { askProgram, askScript, type StepFigures } from './step-figures';

export interface Setting {
  readonly network: string;
  readonly batch: number;
  readonly threads: number;
}

export const contenderNames = ['native', 'wasm', 'torchChannelsLast', 'torchContiguous', 'tfjsNode', 'tfjsWasm'] as const;
export type ContenderName = (typeof contenderNames)[number];

/** Measures in a process of its own for about so many seconds. @throws Error with one sentence where it cannot do the step. */
export type Contender = (setting: Setting, seconds: number) => StepFigures;

/**
 * Everyone who takes part. With `avx2` all libraries that know wider vectors are held to AVX2.
 * @throws Error with one sentence when PyTorch cannot be set up.
 */
export function contenders(avx2: boolean): Readonly<Record<ContenderName, Contender>> {
  const python = pythonWithTorch();
  const narrow = { ATEN_CPU_CAPABILITY: 'avx2', ONEDNN_MAX_CPU_ISA: 'AVX2', E2TRAIN_SIMD: 'avx2' };
  const environment = { ...process.env, ...(avx2 && narrow) };
  const settingWords = ({ network, batch, threads }: Setting) => [network, String(batch), String(threads)];
  const ours = (engine: string): Contender => {
    return ({ network, batch, threads }, seconds) => {
      const words = ['--network', network, '--batch', String(batch), '--threads', String(threads), '--seconds', String(seconds)];
      return askScript('../bench-step.ts', [...words, '--engine', engine, '--json'], environment);
    };
  };
  const torch = (layout: string): Contender => {
    const script = join(__dirname, 'pytorch_step.py');
    return (setting, seconds) => askProgram(python, [script, ...settingWords(setting), layout, String(seconds)], environment);
  };
  const tfjs = (backend: string): Contender => {
    return (setting, seconds) => askScript('tfjs-step.ts', [...settingWords(setting), backend, String(seconds)], environment);
  };
  return {
    native: ours('native'),
    torchChannelsLast: torch('channels_last'),
    wasm: ours('wasm'),
    torchContiguous: torch('contiguous'),
    tfjsNode: tfjs('node'),
    tfjsWasm: tfjs('wasm'),
  };
}
