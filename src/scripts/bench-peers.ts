import { parseArgs } from 'node:util';
import { threadsInWords } from '../engine/threads-in-words';
import { builtinNetworks } from '../protocol/configuration';
import { figurePrinter } from './benchmark/figure-printer';
import { someOf, wholeNumber, wholeNumbers } from './option-values';
import { compare } from './peers/compare';
import { contenders } from './peers/contenders';
import { describeMachine, machineInWords } from './peers/machine';
import { PeerTable } from './peers/peer-table';
import { runScript } from './run-script';

/**
 * `npm run bench:peers`: one table of whole training steps, ours beside PyTorch's and TensorFlow.js', from one interleaved run. Sets PyTorch
 * up in the cache folder; TensorFlow.js for Node is set up by `npm run engine:tensorflow`. What is compared is the ratio. A row is printed
 * as soon as it is measured; with --json the machine and then each row is an object in a line of its own.
 *
 * Options, lists with commas: --network resnet20,resnet74,mobilenetv2 --batch 32,128 --threads 1,2 --rounds 3 --seconds 2 --avx2 --json.
 */
async function main(): Promise<void> {
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
  const networks = someOf('network', builtinNetworks, values.network);
  const batches = wholeNumbers('batch', values.batch, 1);
  const threadCounts = wholeNumbers('threads', values.threads, 1);
  const [rounds, seconds] = [wholeNumber('rounds', values.rounds, 1), wholeNumber('seconds', values.seconds, 1)];
  const settings = networks.flatMap((network) => batches.flatMap((batch) => threadCounts.map((threads) => ({ network, batch, threads }))));

  const all = contenders(values.avx2);
  const machine = await describeMachine(values.avx2);
  const table = new PeerTable(machine.vectors);
  const print = figurePrinter(values.json);
  const held = values.avx2 ? '; all held to AVX2' : '';
  const how = `a step's milliseconds, the least of ${rounds} interleaved rounds; peak memory of the process`;
  const about = [`${machineInWords(machine)}${held}; ${how}`, ...(machine.note === undefined ? [] : [machine.note])];
  print({ machine, avx2: values.avx2, rounds, seconds }, ...about, '', table.head);
  for (const [done, setting] of settings.entries()) {
    console.error(`${done + 1} of ${settings.length}: ${setting.network}, batch ${setting.batch}, ${threadsInWords(setting.threads)} …`);
    const comparison = compare(setting, all, rounds, seconds);
    print(comparison, table.row(comparison));
  }
  const notes = table.notes();
  if (!values.json && notes.length > 0) console.log(['', ...notes].join('\n'));
}

void runScript(main);
