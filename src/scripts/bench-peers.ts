import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { builtinNetworks } from '../protocol/configuration';
import { oneOf, wholeNumber } from './benchmark/step-options';
import { compare } from './peers/compare';
import { contenders } from './peers/contenders';
import { markdownTable } from './peers/markdown-table';

/**
 * `npm run bench:peers`: one table of whole training steps, ours beside PyTorch's and TensorFlow.js', from one interleaved run. Sets PyTorch
 * up in the cache folder; TensorFlow.js for Node is set up by `npm run engine:tensorflow`. What is compared is the ratio.
 *
 * Options, lists with commas: --network resnet20,resnet74,mobilenetv2 --batch 32,128 --threads 1,2 --rounds 3 --seconds 2 --avx2 --json.
 */
function main(): void {
  const { values } = parseArgs({
    options: {
      network: { type: 'string', default: 'resnet20,resnet74,mobilenetv2' },
      batch: { type: 'string', default: '32,128' },
      threads: { type: 'string', default: '1,2' },
      rounds: { type: 'string', default: '3' },
      seconds: { type: 'string', default: '2' },
      avx2: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  });
  const networks = values.network.split(',').map((name) => oneOf('network', builtinNetworks, name));
  const batches = values.batch.split(',').map((batch) => wholeNumber('batch', batch, 1));
  const threadCounts = values.threads.split(',').map((threads) => wholeNumber('threads', threads, 1));
  const [rounds, seconds] = [wholeNumber('rounds', values.rounds, 1), wholeNumber('seconds', values.seconds, 1)];
  const all = contenders(values.avx2);
  const settings = networks.flatMap((network) => batches.flatMap((batch) => threadCounts.map((threads) => ({ network, batch, threads }))));
  const comparisons = settings.map((setting) => {
    console.error(`${setting.network}, batch ${setting.batch}, ${setting.threads} threads …`);
    return compare(setting, all, rounds, seconds);
  });
  const machine = `${cpus()[0]?.model}, ${cpus().length} logical cores, Node ${process.versions.node}`;
  if (values.json) {
    console.log(JSON.stringify({ machine, avx2: values.avx2, rounds, seconds, comparisons }));
    return;
  }
  const held = values.avx2 ? '; all held to AVX2' : '';
  console.log(`${machine}${held}; a step's milliseconds, the least of ${rounds} interleaved rounds; peak memory of the process\n`);
  console.log(markdownTable(comparisons));
}

try {
  main();
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
