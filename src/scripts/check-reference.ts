import { parseArgs } from 'node:util';
import { createEngine } from '../engine/create-engine';
import type { Engine } from '../engine/engine';
import { threadsInWords } from '../engine/threads-in-words';
import { engineNames } from '../protocol/configuration';
import { oneOf } from './option-values';
import { type Comparison, isOff } from './reference/comparison';
import { type ReferenceFile, readReferenceFiles, referenceFormats } from './reference/reference-files';
import { runScript } from './run-script';

/**
 * Computes every case of a folder of reference files and prints for each file and tensor, or layer, how far the worst is from it:
 * `npm run check:reference -- DIR [--engine native|wasm|tensorflow]`. Ends with 1 when one is off, when a file that is meant to hold cases
 * cannot be used, or when nothing could be compared.
 */
async function main(): Promise<void> {
  const { values, positionals } = parseArgs({ options: { engine: { type: 'string', default: 'auto' } }, allowPositionals: true });
  const name = oneOf('engine', engineNames, values.engine);
  const [folder] = positionals;
  if (folder === undefined || positionals.length > 1)
    throw new Error('Give one folder with reference files: npm run check:reference -- DIR');
  const files = readReferenceFiles(folder);
  if (files.every((file) => 'unknown' in file)) {
    const known = referenceFormats.map((format) => format.name).join(', ');
    throw new Error(`No file in ${folder} is of a format that is known here (${known}): nothing was compared.`);
  }
  const engine = await createEngine(name, 0);
  let [compared, off] = [0, 0];
  try {
    const { build, simd, threads } = engine.description;
    console.log(`Engine: ${build} ${simd}, ${threadsInWords(threads)}`);
    for (const file of files) {
      const result = await checkFile(file, engine);
      compared += result.compared;
      off += result.off;
    }
  } finally {
    await engine.dispose();
  }
  console.log(`\n${compared} tensors compared, ${off} off.`);
  if (off > 0) process.exitCode = 1;
}

/** Prints what became of one file. One that cannot be used counts as one that is off. */
async function checkFile(file: ReferenceFile, engine: Engine): Promise<{ compared: number; off: number }> {
  if ('unknown' in file) {
    console.log(`\n${file.file} is of no format that is known here; not compared.`);
    return { compared: 0, off: 0 };
  }
  if ('problem' in file) {
    console.log(`\n${file.file} ${file.problem}  OFF`);
    return { compared: 0, off: 1 };
  }
  let comparisons: readonly Comparison[];
  try {
    comparisons = await file.format.check(file.content, engine);
  } catch (failure) {
    console.log(`\n${file.file} cannot be computed: ${(failure as Error).message}  OFF`);
    return { compared: 0, off: 1 };
  }
  printComparisons(file.file, file.format.name, comparisons);
  return { compared: comparisons.length, off: comparisons.filter(isOff).length };
}

function printComparisons(file: string, format: string, comparisons: readonly Comparison[]): void {
  console.log(`\n${file} (${format})`);
  for (const [group, members] of groupsOf(comparisons)) {
    const worst = members.reduce((a, b) => (severity(b) > severity(a) ? b : a));
    const verdict = members.some(isOff) ? '  OFF' : '';
    console.log(`  ${group.padEnd(32)} worst ${describe(worst)}, in ${placeOf(worst)}${verdict}`);
    const others = members.filter((candidate) => isOff(candidate) && candidate !== worst);
    for (const member of others.slice(0, shownOff)) console.log(`    also off: ${placeOf(member)}, ${describe(member)}`);
    if (others.length > shownOff) console.log(`    and ${others.length - shownOff} more`);
  }
}

/** Tensors that are off, of one group, beside the worst. */
const shownOff = 4;

/** Of two that are exact, or two that are off for good, the first is the worst. */
const severity = ({ error, tolerance }: Comparison) => (error === 0 ? 0 : error / tolerance);

const describe = ({ measure, error, tolerance }: Comparison) =>
  `${measure} ${error.toExponential(2)} (${tolerance === 0 ? 'none may differ' : `at most ${tolerance.toExponential(1)}`})`;

const behindCase = ': ';
const groupOf = ({ name }: Comparison) => name.slice(name.lastIndexOf(behindCase) + behindCase.length);
const placeOf = ({ name }: Comparison) => name.slice(0, name.lastIndexOf(behindCase));

/** By the tensor, or layer, which stands behind the case's name. */
function groupsOf(comparisons: readonly Comparison[]): Map<string, Comparison[]> {
  const groups = new Map<string, Comparison[]>();
  for (const comparison of comparisons) groups.set(groupOf(comparison), [...(groups.get(groupOf(comparison)) ?? []), comparison]);
  return groups;
}

void runScript(main);
