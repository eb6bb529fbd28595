import { writeFileSync } from 'node:fs';
import { sectionStatus } from '../../engine/local/control-block';
import { bindKernels } from '../../engine/local/kernel-binding';
import { type KernelBuild, nativeBuild, wasmBuild } from '../../engine/local/kernel-build';
import { Random } from '../../platform/random';
import { caseNames, type OperationCase, operationCase } from './operation-cases';
import { gapWord, spreadMemory } from './spread-memory';

/**
 * A program of its own, so that it also runs on another platform's Node: every operation on odd shapes, on the native and both WebAssembly
 * builds. Between all tensors lie guard words, which must stay as they are, and the builds must agree. Writes what it found into the
 * file that it is given: some Nodes have no standard output there.
 */

const casesOfEach = 12;
/** Relative to the largest value: sums of up to some thousand float32 products in another order; Winograd's algorithm where it fits. */
const tolerance = 2e-5;

/** What the program's lasting tensors hold after the run. @throws Error when something else was written. */
function results(kernels: KernelBuild, operation: OperationCase, threads: number): Map<number, Float32Array | Int32Array> {
  const { image, regions, tensors } = spreadMemory(operation, { lanes: kernels.lanes, threads });
  const memory = kernels.allocate(image.byteLength, 1);
  const words = new Int32Array(memory.buffer, memory.base, image.byteLength / 4);
  words.set(new Int32Array(image));
  const { runSection } = bindKernels(memory.sourceFor(0));
  while (runSection(0, threads) !== sectionStatus.finished);
  let from = 0;
  for (const region of [...regions, { from: image.byteLength, bytes: 0 }]) {
    for (let byte = from; byte < region.from; byte += 4)
      if (words[byte / 4] !== gapWord) throw new Error(`${kernels.name} wrote outside its tensors, at byte ${byte}.`);
    from = region.from + region.bytes;
  }
  return new Map(
    operation.program.tensors
      .filter(({ role }) => role !== 'temporary')
      .map(({ id, type }) => {
        const { from: at, bytes } = tensors.get(id)!;
        const copy = words.slice(at / 4, (at + bytes) / 4);
        return [id, type === 'int32' ? copy : new Float32Array(copy.buffer)];
      }),
  );
}

function disagreement(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let largest = 1;
  let difference = 0;
  for (let i = 0; i < a.length; i++) {
    if (Number.isFinite(a[i])) largest = Math.max(largest, Math.abs(a[i]!));
    // The same infinity is agreement; what is not a number agrees with nothing.
    const apart = a[i] === b[i] ? 0 : Math.abs(a[i]! - b[i]!);
    difference = Math.max(difference, Number.isNaN(apart) ? Number.POSITIVE_INFINITY : apart);
  }
  return difference / largest;
}

function check(seed: number): string {
  const builds = [nativeBuild(), wasmBuild('relaxed'), wasmBuild('plain')];
  const random = new Random(seed, 'guarded');
  for (const caseName of caseNames)
    for (let index = 0; index < casesOfEach; index++) {
      const operation = operationCase(caseName, random);
      const [first, ...others] = builds.map((build) => results(build, operation, 1 + (index % 3)));
      others.forEach((other, build) => {
        for (const [id, values] of first!)
          if (!(disagreement(other.get(id)!, values) <= tolerance))
            throw new Error(
              `${builds[0]!.name} and ${builds[build + 1]!.name} disagree on ${operation.program.tensors[id]!.name} of ${caseName}, case ${index} (seed ${seed}).`,
            );
      });
    }
  const native = builds[0]!;
  return `${caseNames.length} operations and rows of them, ${casesOfEach} odd shapes each, between guard words and in agreement: ${native.name} ${native.simd}, WebAssembly relaxed and plain, on Node ${process.version}`;
}

const [reportFile, seed] = process.argv.slice(2) as [string, string];
try {
  writeFileSync(reportFile, JSON.stringify({ passed: check(Number(seed)) }));
} catch (failure) {
  writeFileSync(reportFile, JSON.stringify({ failed: (failure as Error).message }));
}
