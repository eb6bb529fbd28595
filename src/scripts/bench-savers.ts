import { parseArgs } from 'node:util';
import { createEngine } from '../engine/create-engine';
import type { Engine } from '../engine/engine';
import { threadsInWords } from '../engine/threads-in-words';
import { builtinNetworks, engineNames, type RunConfigurationInput } from '../protocol/configuration';
import { paperSlu, type SaverStep, saverStep } from './benchmark/saver-step';
import { oneOf, someOf, wholeNumber } from './option-values';
import { runScript } from './run-script';

const slu = paperSlu;
const psg = { enabled: true };
/** Steps that are timed. */
const timed: readonly NonNullable<RunConfigurationInput['savers']>[] = [{}, { psg }, { slu }, { slu, psg }];
/** Which of these a row takes, and the share of the iterations that is computed: SMD changes nothing else. */
const rows: readonly { readonly savers: string; readonly step: number; readonly executed: number }[] = [
  { savers: 'SMB', step: 0, executed: 1 },
  { savers: 'PSG', step: 1, executed: 1 },
  { savers: 'SLU 40 %', step: 2, executed: 1 },
  { savers: 'SLU 40 % + PSG', step: 3, executed: 1 },
  { savers: 'SMD 0.5 + SLU 40 %', step: 2, executed: 0.5 },
  { savers: 'SMD 0.5 + SLU 40 % + PSG', step: 3, executed: 0.5 },
];

/** PyTorch 2.13, ResNet-74, batch 32, one thread: 1496 ms against 635 ms (E2-Train's published code, timed on an x64 CPU with AVX-512). */
const authorsCode =
  "For comparison: a step of the authors' PyTorch code with SLU and PSG takes 2.4 of its SMB step (ResNet-74, batch 32, one thread).";

/**
 * `npm run bench:savers -- --network resnet20,resnet74`: wall-clock of a nominal iteration under the savers over that of plain training (SMB,
 * fp32), on 32×32×3 images; steps are interleaved and the smallest of each kind counts. A dropped iteration computes nothing, so SMD's rows are
 * a step's time by the share that is computed.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      network: { type: 'string', default: 'resnet20,resnet74' },
      batch: { type: 'string', default: '128' },
      threads: { type: 'string', default: '0' },
      engine: { type: 'string', default: 'auto' },
      steps: { type: 'string', default: '16' },
      json: { type: 'boolean', default: false },
    },
  });
  const networks = someOf('network', builtinNetworks, values.network);
  const [batch, rounds] = [wholeNumber('batch', values.batch, 1), wholeNumber('steps', values.steps, 1)];
  const engine = await createEngine(oneOf('engine', engineNames, values.engine), wholeNumber('threads', values.threads, 0));
  try {
    const figures: Figure[] = [];
    for (const network of networks) {
      const { smbMs, ratios } = await compare(engine, network, batch, rounds);
      figures.push(...ratios);
      if (values.json) continue;
      const { build, simd, threads } = engine.description;
      console.log(`${network}, batch ${batch}, ${build} ${simd}, ${threadsInWords(threads)}; an SMB step takes ${smbMs.toFixed(1)} ms`);
      for (const { savers, ratioToSmb } of ratios) console.log(`${savers.padEnd(28)} ${ratioToSmb.toFixed(3)}`);
    }
    console.log(values.json ? JSON.stringify({ rows: figures }) : authorsCode);
  } finally {
    await engine.dispose();
  }
}

interface Figure {
  readonly network: string;
  readonly savers: string;
  readonly ratioToSmb: number;
}

async function compare(
  engine: Engine,
  network: (typeof builtinNetworks)[number],
  batch: number,
  rounds: number,
): Promise<{ smbMs: number; ratios: Figure[] }> {
  const steps: SaverStep[] = [];
  for (const settings of timed) steps.push(await saverStep(engine, network, batch, settings));
  const times = steps.map(() => Number.POSITIVE_INFINITY);
  for (let round = 0; round <= rounds; round++) {
    for (const [place, { step }] of steps.entries()) {
      const began = performance.now();
      step();
      // The first round warms up.
      if (round > 0) times[place] = Math.min(times[place]!, performance.now() - began);
    }
  }
  for (const { trainer } of steps) trainer.dispose();
  const ratios = rows.map(({ savers, step, executed }) => ({ network, savers, ratioToSmb: (executed * times[step]!) / times[0]! }));
  return { smbMs: times[0]!, ratios };
}

void runScript(main);
