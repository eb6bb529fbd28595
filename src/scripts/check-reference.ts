import { parseArgs } from 'node:util';
import { createEngine, type EngineName } from '../engine/create-engine';
import { type Comparison, isOff } from './reference/comparison';
import { readReferenceFiles } from './reference/reference-files';

/**
 * Computes every case of a folder of reference files and prints for each file and tensor how far the worst is from it:
 * `npm run check:reference -- DIR [--engine native|wasm|tensorflow]`. Ends with 1 when one is off or nothing could be compared.
 */
async function main(): Promise<void> {
  const { values, positionals } = parseArgs({ options: { engine: { type: 'string', default: 'auto' } }, allowPositionals: true });
  const [folder] = positionals;
  if (folder === undefined || positionals.length > 1)
    throw new Error('Give one folder with reference files: npm run check:reference -- DIR');
  const files = readReferenceFiles(folder);
  const engine = await createEngine(values.engine as EngineName, 0);
  let [compared, off] = [0, 0];
  try {
    const { build, simd, threads } = engine.description;
    console.log(`Engine: ${build} ${simd}, ${threads} thread(s)`);
    for (const reference of files) {
      if ('problem' in reference) {
        console.log(`\n${reference.file} ${reference.problem}; not compared.`);
        continue;
      }
      const comparisons = await reference.format.check(reference.content, engine);
      compared += comparisons.length;
      off += comparisons.filter(isOff).length;
      printFile(reference.file, reference.format.name, comparisons);
    }
  } finally {
    await engine.dispose();
  }
  if (compared === 0) throw new Error(`No file in ${folder} is of a format that is known here: nothing was compared.`);
  console.log(`\n${compared} tensors compared, ${off} off.`);
  if (off > 0) process.exitCode = 1;
}

function printFile(file: string, format: string, comparisons: readonly Comparison[]): void {
  console.log(`\n${file} (${format})`);
  for (const [group, members] of groupsOf(comparisons)) {
    const worst = members.reduce((a, b) => (b.error / b.tolerance > a.error / a.tolerance ? b : a));
    const verdict = members.some(isOff) ? '  OFF' : '';
    console.log(`  ${group.padEnd(32)} worst ${describe(worst)}, in ${worst.name}${verdict}`);
    for (const member of members.filter((candidate) => isOff(candidate) && candidate !== worst))
      console.log(`    also off: ${member.name}, ${describe(member)}`);
  }
}

const describe = ({ measure, error, tolerance }: Comparison) =>
  `${measure} ${error.toExponential(2)} (at most ${tolerance.toExponential(1)})`;

/** By the tensor, which stands behind the case's name. */
function groupsOf(comparisons: readonly Comparison[]): Map<string, Comparison[]> {
  const groups = new Map<string, Comparison[]>();
  for (const comparison of comparisons) {
    const group = comparison.name.slice(comparison.name.lastIndexOf(': ') + 2);
    groups.set(group, [...(groups.get(group) ?? []), comparison]);
  }
  return groups;
}

main().catch((failure: Error) => {
  console.error(failure.message);
  process.exit(1);
});
