import { parseArgs } from 'node:util';
import { createEngine } from '../engine/create-engine';
import { builtinNetworks, engineNames, type RunConfigurationInput } from '../protocol/configuration';
import { type SaverStep, saverStep } from './benchmark/saver-step';
import { oneOf, wholeNumber } from './benchmark/step-options';

const smd = { enabled: true, dropProbability: 0.5 };
const slu = { enabled: true, skipRatio: 0.4 };
const psg = { enabled: true };
const rows: readonly { readonly savers: string; readonly settings: NonNullable<RunConfigurationInput['savers']> }[] = [
  { savers: 'SMB', settings: {} },
  { savers: 'PSG', settings: { psg } },
  { savers: 'SLU 40 %', settings: { slu } },
  { savers: 'SMD 0.5 + SLU 40 %', settings: { smd, slu } },
  { savers: 'SMD 0.5 + SLU 40 % + PSG', settings: { smd, slu, psg } },
];

/**
 * `npm run bench:savers`: wall-clock of a nominal iteration under the savers over that of plain training (SMB, fp32), on 32×32×3 images; steps
 * are interleaved and the smallest of each row counts. A dropped iteration computes nothing, so SMD's rows are a step's time by the share that
 * is computed.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      network: { type: 'string', default: 'resnet20' },
      batch: { type: 'string', default: '128' },
      threads: { type: 'string', default: '0' },
      engine: { type: 'string', default: 'auto' },
      steps: { type: 'string', default: '10' },
      json: { type: 'boolean', default: false },
    },
  });
  const network = oneOf('network', builtinNetworks, values.network);
  const batch = wholeNumber('batch', values.batch, 1);
  const engine = await createEngine(oneOf('engine', engineNames, values.engine), wholeNumber('threads', values.threads, 0));
  try {
    const steps: SaverStep[] = [];
    for (const row of rows) steps.push(await saverStep(engine, network, batch, row.settings));
    const times = steps.map(() => Number.POSITIVE_INFINITY);
    for (let round = 0; round <= wholeNumber('steps', values.steps, 1); round++) {
      for (const [place, { step }] of steps.entries()) {
        const began = performance.now();
        step();
        // The first round warms up.
        if (round > 0) times[place] = Math.min(times[place]!, performance.now() - began);
      }
    }
    const figures = rows.map(({ savers }, place) => ({
      network,
      savers,
      ratioToSmb: (times[place]! * steps[place]!.executed) / times[0]!,
    }));
    const { build, simd, threads } = engine.description;
    if (!values.json) {
      console.log(`${network}, batch ${batch}, ${build} ${simd}, ${threads} threads; an SMB step takes ${times[0]!.toFixed(1)} ms`);
      for (const { savers, ratioToSmb } of figures) console.log(`${savers.padEnd(28)} ${ratioToSmb.toFixed(3)}`);
    } else console.log(JSON.stringify({ rows: figures }));
  } finally {
    await engine.dispose();
  }
}

main().catch((failure: Error) => {
  console.error(failure.message);
  process.exit(1);
});
