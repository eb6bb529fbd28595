import { execFileSync } from 'node:child_process';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import * as z from 'zod';
import { pythonWithTorch } from './peers/pytorch';

/**
 * `npm run bench:peers`: one table of training steps, ours beside PyTorch's, from one interleaved run: machines are noisy and drift, so
 * every contender is asked in turn, several rounds, and the minimum of each counts. What is compared is the ratio.
 */

const project = join(__dirname, '..', '..');
const usage = 'tsx src/scripts/bench-peers.ts --networks resnet20,resnet74 --batches 32,128 --threads 1,2 --rounds 3 [--avx2]';

interface Setting {
  readonly network: string;
  readonly batch: number;
  readonly threads: number;
}

interface Contender {
  readonly name: string;
  /** Fastest step of one process, in milliseconds. */
  measure(setting: Setting, steps: number): number;
}

const stepSchema = z.object({ stepMs: z.object({ min: z.number().positive() }) });

function contenders(avx2: boolean): Contender[] {
  const python = pythonWithTorch();
  const narrow = avx2 ? { ATEN_CPU_CAPABILITY: 'avx2', ONEDNN_MAX_CPU_ISA: 'AVX2', E2TRAIN_SIMD: 'avx2' } : {};
  const environment = { ...process.env, ...narrow };
  const ask = (program: string, words: readonly string[]) => {
    const text = execFileSync(program, words, { cwd: project, env: environment, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    return stepSchema.parse(JSON.parse(text.trim().split('\n').at(-1)!)).stepMs.min;
  };
  const ours = (engine: string): Contender => ({
    name: `ours ${engine}`,
    measure: ({ network, batch, threads }, steps) =>
      ask(process.execPath, [
        ...[join(project, 'node_modules', 'tsx', 'dist', 'cli.mjs'), join(__dirname, 'bench-step.ts'), '--json', '--engine', engine],
        ...['--network', network, '--batch', String(batch), '--threads', String(threads), '--steps', String(steps)],
      ]),
  });
  const torch = (layout: string): Contender => ({
    name: `PyTorch ${layout}`,
    measure: ({ network, batch, threads }, steps) =>
      ask(python, [join(__dirname, 'peers', 'pytorch_step.py'), network, String(batch), String(threads), layout, String(steps)]),
  });
  return [ours('native'), torch('channels_last'), ours('wasm'), torch('contiguous')];
}

/** Steps a process takes: enough to be past its first ones, few enough that rounds alternate. */
function stepsFor({ network, batch }: Setting): number {
  const work = (Number(network.replace('resnet', '')) / 20) * (batch / 32);
  return Math.max(4, Math.round(24 / work));
}

function compare(setting: Setting, all: readonly Contender[], rounds: number): Map<string, number> {
  const fastest = new Map<string, number>();
  for (let round = 0; round < rounds; round++) {
    for (const { name, measure } of all) {
      const milliseconds = measure(setting, stepsFor(setting));
      fastest.set(name, Math.min(milliseconds, fastest.get(name) ?? Number.POSITIVE_INFINITY));
    }
  }
  return fastest;
}

function tableRow({ network, batch, threads }: Setting, fastest: ReadonlyMap<string, number>): string {
  const torch = Math.min(fastest.get('PyTorch channels_last')!, fastest.get('PyTorch contiguous')!);
  const ratio = (name: string) => `${(torch / fastest.get(name)!).toFixed(2)} ×`;
  const time = (milliseconds: number) => milliseconds.toFixed(1);
  const cells = [network, batch, threads, time(torch), time(fastest.get('ours native')!), ratio('ours native')];
  return `| ${[...cells, time(fastest.get('ours wasm')!), ratio('ours wasm')].join(' | ')} |`;
}

function main(): void {
  const { values } = parseArgs({
    options: {
      networks: { type: 'string', default: 'resnet20,resnet74' },
      batches: { type: 'string', default: '32,128' },
      threads: { type: 'string', default: '1,2' },
      rounds: { type: 'string', default: '3' },
      avx2: { type: 'boolean', default: false },
    },
  });
  const numbers = (text: string) => text.split(',').map(Number);
  const rounds = Number(values.rounds);
  if (!(rounds > 0)) throw new Error(`Usage: ${usage}`);
  const all = contenders(values.avx2);
  console.log(`${cpus()[0]?.model}, ${cpus().length} logical cores; milliseconds per step, minimum of ${rounds} interleaved rounds`);
  console.log('| network | batch | threads | PyTorch, better layout | ours native | PyTorch ÷ native | ours wasm | PyTorch ÷ wasm |');
  console.log('|---|---|---|---|---|---|---|---|');
  for (const network of values.networks.split(',')) {
    for (const batch of numbers(values.batches)) {
      for (const threads of numbers(values.threads)) {
        const setting = { network, batch, threads };
        console.log(tableRow(setting, compare(setting, all, rounds)));
      }
    }
  }
}

try {
  main();
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
