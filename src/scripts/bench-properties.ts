import { parseArgs } from 'node:util';
import { builtinNetworks } from '../protocol/configuration';
import { figurePrinter } from './benchmark/figure-printer';
import { someOf, wholeNumber, wholeNumbers } from './option-values';
import { describeMachine, machineInWords } from './peers/machine';
import { growth, identicalBits, peakMemory } from './properties/memory-and-bits';
import { type Figure, tableHead, tableRow } from './properties/property';
import { besideBusyProcess, gatedOff, type Setting, sideBySide, type Turns, twoThreads } from './properties/speed';
import { runScript } from './run-script';

/** What is measured, by the name that `--only` takes. The last two hardly depend on the shapes, and are long: on the first setting alone. */
const properties = {
  threads: twoThreads,
  busy: besideBusyProcess,
  gated: gatedOff,
  runs: sideBySide,
  memory: peakMemory,
  growth,
  bits: identicalBits,
} satisfies Record<string, (setting: Setting, turns: Turns) => Promise<Figure | Figure[]>>;
type PropertyName = keyof typeof properties;
const names = Object.keys(properties) as PropertyName[];
const once: readonly PropertyName[] = ['growth', 'bits'];

/**
 * `npm run bench:properties`: what our engine promises beside its speed, each figure beside its bar: two threads, a busy machine, gated
 * blocks, two runs at once, memory, the same bits. Contenders take turns. A row is printed as soon as it is measured; with --json the
 * machine and then each row is an object in a line of its own.
 *
 * Options, lists with commas: --network resnet20,resnet74 --batch 32,128 --engine native --only threads,busy,gated,runs,memory,growth,bits
 * --rounds 4 --seconds 1 --json.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      network: { type: 'string', default: 'resnet20,resnet74' },
      batch: { type: 'string', default: '32,128' },
      engine: { type: 'string', default: 'native' },
      only: { type: 'string', default: names.join(',') },
      rounds: { type: 'string', default: '4' },
      seconds: { type: 'string', default: '1' },
      json: { type: 'boolean', default: false },
    },
  });
  const networks = someOf('network', builtinNetworks, values.network);
  const batches = wholeNumbers('batch', values.batch, 1);
  const engines = someOf('engine', ['native', 'wasm'] as const, values.engine);
  const wanted = someOf('only', names, values.only);
  const turns = { rounds: wholeNumber('rounds', values.rounds, 1), milliseconds: 1000 * wholeNumber('seconds', values.seconds, 1) };
  const settings = engines.flatMap((engine) => networks.flatMap((network) => batches.map((batch) => ({ network, batch, engine }))));

  const machine = await describeMachine(false);
  const print = figurePrinter(values.json);
  print({ machine, ...turns }, `${machineInWords(machine)}; ${turns.rounds} interleaved turns`, '', tableHead);
  for (const name of wanted)
    for (const setting of once.includes(name) ? settings.slice(0, 1) : settings) {
      console.error(`${name}: ${setting.network}, batch ${setting.batch}, ${setting.engine} …`);
      for (const figure of [await properties[name](setting, turns)].flat()) print(figure, tableRow(figure));
    }
}

void runScript(main);
