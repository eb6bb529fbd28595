import { controlWords, noStretch, sectionStatus } from './control-block';
import type { KernelBinding } from './kernel-binding';

/** A thread that died in its share never finishes it: those who wait look up this often. */
const lookUpMs = 1000;

/** Takes part in the section that the control block names; sleeps where there is nothing to take and the others are still at work. */
export function runSectionAsThread({ control, runSection }: KernelBinding, thread: number, threads: number): void {
  for (;;) {
    const status = runSection(thread, threads);
    if (status === sectionStatus.finished) return;
    if (status === sectionStatus.mustWake) Atomics.notify(control, controlWords.generation);
    else sleepWhileOthersWork(control, threads);
    if (Atomics.load(control, controlWords.failed) === 1) throw new Error('A kernel thread of the engine failed.');
  }
}

function sleepWhileOthersWork(control: Int32Array, threads: number): void {
  Atomics.add(control, controlWords.sleepers, 1);
  const generation = Atomics.load(control, controlWords.generation);
  if (Atomics.load(control, controlWords.stretch) !== noStretch && allClaimed(control, threads, generation))
    Atomics.wait(control, controlWords.generation, generation, lookUpMs);
  Atomics.sub(control, controlWords.sleepers, 1);
}

function allClaimed(control: Int32Array, threads: number, generation: number): boolean {
  for (let share = 0; share < threads; share++)
    if (Atomics.load(control, controlWords.claims + share * controlWords.claimPitch) !== generation) return false;
  return true;
}
