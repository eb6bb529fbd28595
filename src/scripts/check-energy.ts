import { readFileSync } from 'node:fs';
import { compareWithReference } from './energy-check/compare';
import { type ReferenceCase, readReferenceCases } from './energy-check/reference-file';

/** `npm run check:energy -- FILE`: the search for loop orders against a published mapper's results (the format of test/energy/zigzag.json). */

function readCases(file: string | undefined): ReferenceCase[] | string {
  if (!file) return 'Name the file of reference results: npm run check:energy -- FILE.';
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    return `${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown reason'}).`;
  }
  try {
    return readReferenceCases(text);
  } catch (error) {
    if (error instanceof RangeError) return `${file} holds no reference results. ${error.message}`;
    throw error;
  }
}

const references = readCases(process.argv[2]);
if (typeof references === 'string') {
  console.error(references);
  process.exitCode = 1;
} else {
  const { cases, energyWithin, dramWithin, met } = compareWithReference(references);
  console.log('energy   DRAM    over the reference');
  for (const { name, energyRatio, dramRatio, problem } of cases)
    console.log(problem ? `–       –       ${name}: ${problem}` : `${energyRatio.toFixed(4)}  ${dramRatio.toFixed(4)}  ${name}`);
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  console.log(
    `${cases.length} cases: energy within 10 % on ${percent(energyWithin)}, DRAM traffic within 5 % on ${percent(dramWithin)}; ` +
      `${met ? 'both reach' : 'not both reach'} 95 %.`,
  );
  process.exitCode = met ? 0 : 1;
}
