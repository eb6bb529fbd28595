import { barrierCodes } from './control-block';
import { fetchFields, headerFields, kernelLayouts, kernelNames } from './kernel-layout';
import { type PlannedSection, recordWordsOf } from './memory-plan';
import { sharedConstants } from './shared-constants';

/** Offsets in bytes are counted in places, so that 32 bits reach far enough. */
export const placeOf = (offset: number) => offset / sharedConstants.placeBytes;

/** Writes a section's records; `barriers[i]` says whether all threads must finish step i before the next. */
export function encodeSection(section: PlannedSection, barriers: readonly boolean[], words: Int32Array): void {
  const floats = new Float32Array(words.buffer, words.byteOffset, words.length);
  const place = (id: number | undefined) => (id === undefined ? 0 : placeOf(section.offsets.get(id)!));
  let word = 0;
  section.steps.forEach((step, index) => {
    const header: Record<keyof typeof headerFields, number> = {
      kernel: kernelNames.indexOf(step.kernel),
      words: recordWordsOf(step),
      barrier: index === section.steps.length - 1 ? barrierCodes.atEnd : barriers[index] ? barrierCodes.after : barrierCodes.none,
      samples: place(step.samples),
      scratch: step.usesScratch ? placeOf(section.scratchAt) : 0,
      scratchStride: placeOf(section.scratchBytesPerThread),
      chainSteps: step.chainSteps,
      samplesAtOnce: step.samplesAtOnce,
      division: place(step.division),
      reversed: Number(step.reversed),
      fetches: step.fetches.length,
      index: section.firstIndex + index,
    };
    for (const field of Object.keys(headerFields) as (keyof typeof headerFields)[]) words[word++] = header[field];
    const layout: Readonly<Record<string, string>> = kernelLayouts[step.kernel];
    for (const [field, type] of Object.entries(layout)) {
      const value = step.fields[field];
      if (type === 'place' || type === 'result') words[word] = place(value);
      else if (value === undefined) throw new Error(`The step ${step.kernel} lacks ${field}.`);
      else if (type === 'float') floats[word] = value;
      else words[word] = value;
      word++;
    }
    for (const { tensor, samples, bytesPerSample, partsAhead } of step.fetches) {
      const fetch: Record<keyof typeof fetchFields, number> = { place: place(tensor), samples: place(samples), bytesPerSample, partsAhead };
      for (const field of Object.keys(fetchFields) as (keyof typeof fetchFields)[]) words[word++] = fetch[field];
    }
  });
}
