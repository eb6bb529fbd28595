import { barriersOf } from '../../engine/local/barriers';
import { controlWords } from '../../engine/local/control-block';
import { encodeSection, placeOf } from '../../engine/local/encode-section';
import { type PlannedSection, planMemory } from '../../engine/local/memory-plan';
import { alignBytes, type LoweringTarget } from '../../engine/local/step';
import type { OperationCase } from './operation-cases';

export interface Region {
  readonly from: number;
  readonly bytes: number;
}

/** A case laid out so that nothing lies beside anything else: what a kernel reads or writes outside the regions is not its own. */
export interface SpreadMemory {
  readonly image: ArrayBuffer;
  readonly regions: readonly Region[];
  /** Where the program's tensors lie. */
  readonly tensors: ReadonlyMap<number, Region>;
}

const gapBytes = 1024;
/** A number that no result should be: not a number, and recognisable. */
export const gapWord = 0x7fc0beef;

export function spreadMemory({ program, samples, values }: OperationCase, target: LoweringTarget): SpreadMemory {
  const planned = planMemory(program, target, program.batchSize).sections[0]!;
  let end = 0;
  const take = (bytes: number): Region => {
    const region = { from: end, bytes };
    end += alignBytes(bytes) + gapBytes;
    return region;
  };
  const control = take(4 * (controlWords.claims + controlWords.claimPitch * target.threads));
  const records = take(4 * planned.recordWords);
  const tensors = new Map([...planned.sizes].map(([id, bytes]) => [id, take(bytes)] as const));
  const scratch = Array.from({ length: target.threads }, () => take(planned.scratchBytesPerThread));
  const section: PlannedSection = {
    ...planned,
    recordsAt: records.from,
    scratchAt: scratch[0]!.from,
    scratchBytesPerThread: alignBytes(planned.scratchBytesPerThread) + gapBytes,
    offsets: new Map([...tensors].map(([id, { from }]) => [id, from])),
  };

  const image = new ArrayBuffer(end);
  const regions = [control, records, ...tensors.values(), ...scratch];
  new Int32Array(image).fill(gapWord);
  for (const { from, bytes } of regions) new Uint8Array(image, from, bytes).fill(0);
  encodeSection(section, barriersOf(section, program), new Int32Array(image, records.from, planned.recordWords));
  for (const [id, contents] of values) new Uint8Array(image).set(new Uint8Array(contents.buffer), tensors.get(id)!.from);
  const words = new Int32Array(image, control.from, control.bytes / 4);
  words[controlWords.generation] = 1;
  words[controlWords.section] = placeOf(records.from);
  words[controlWords.samples] = samples;
  return { image, regions, tensors };
}
