import type { KernelBinding } from './kernel-binding';
import { controlWords, progressWords, sectionStatus } from './kernel-layout';

/** A thread that died cannot arrive at a barrier: those who wait look up this often. */
const lookUpMs = 1000;

/** Runs the section that the control block names, as one of the threads; sleeps where others are behind. */
export function runSectionAsThread({ control, runSection }: KernelBinding, thread: number, threads: number): void {
  const progress = controlWords.progress + thread * controlWords.progressPitch;
  control[progress + progressWords.nextWord] = 0;
  control[progress + progressWords.waiting] = 0;
  control[progress + progressWords.section] = control[controlWords.section]!;
  control[progress + progressWords.sectionWords] = control[controlWords.sectionWords]!;
  control[progress + progressWords.samples] = control[controlWords.samples]!;
  for (;;) {
    const status = runSection(thread, threads);
    if (status === sectionStatus.finished) return;
    if (status === sectionStatus.mustWake) {
      Atomics.notify(control, controlWords.barrierGeneration);
      continue;
    }
    Atomics.add(control, controlWords.barrierSleepers, 1);
    Atomics.wait(control, controlWords.barrierGeneration, control[progress + progressWords.awaitedGeneration]!, lookUpMs);
    Atomics.sub(control, controlWords.barrierSleepers, 1);
    if (Atomics.load(control, controlWords.failed) === 1) throw new Error('A kernel thread of the engine failed.');
  }
}
