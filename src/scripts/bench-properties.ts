import { parseArgs } from 'node:util';
import { builtinNetworks } from '../protocol/configuration';
import { oneOf, wholeNumber } from './benchmark/step-options';
import { describeMachine, machineInWords } from './peers/machine';
import { growth, identicalBits, peakMemory } from './properties/memory-and-bits';
import { type Figure, tableHead, tableRow } from './properties/property';
import { besideBusyProcess, gatedOff, type Setting, sideBySide, type Turns, twoThreads } from './properties/speed';

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
  const networks = values.network.split(',').map((name) => oneOf('network', builtinNetworks, name));
  const batches = values.batch.split(',').map((batch) => wholeNumber('batch', batch, 1));
  const engines = values.engine.split(',').map((engine) => oneOf('engine', ['native', 'wasm'] as const, engine));
  const wanted = values.only.split(',').map((name) => oneOf('only', names, name));
  const turns = { rounds: wholeNumber('rounds', values.rounds, 1), milliseconds: 1000 * wholeNumber('seconds', values.seconds, 1) };
  const settings = engines.flatMap((engine) => networks.flatMap((network) => batches.map((batch) => ({ network, batch, engine }))));

  const machine = await describeMachine(false);
  const print = (object: unknown, ...lines: string[]) => console.log(values.json ? JSON.stringify(object) : lines.join('\n'));
  print({ machine, ...turns }, `${machineInWords(machine)}; ${turns.rounds} interleaved turns`, '', tableHead);
  for (const name of wanted)
    for (const setting of once.includes(name) ? settings.slice(0, 1) : settings) {
      console.error(`${name}: ${setting.network}, batch ${setting.batch}, ${setting.engine} …`);
      for (const figure of [await properties[name](setting, turns)].flat()) print(figure, tableRow(figure));
    }
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
