import { setFlagsFromString } from 'node:v8';
import { parentPort, workerData } from 'node:worker_threads';
import { controlWords } from './control-block';
import { bindKernels, type KernelSource } from './kernel-binding';
import { runSectionAsThread } from './run-section';

/** A kernel thread: sleeps until a section is to be run, does its share, sleeps again. */

export interface KernelThreadData {
  readonly source: KernelSource;
  readonly thread: number;
  readonly threads: number;
}

export function serve({ source, thread, threads }: KernelThreadData, ready: () => void): void {
  if (source.kind === 'wasm') setFlagsFromString('--experimental-wasm-relaxed-simd');
  const binding = bindKernels(source);
  const { control } = binding;
  let command = Atomics.load(control, controlWords.command);
  ready();
  for (;;) {
    Atomics.wait(control, controlWords.command, command);
    command = Atomics.load(control, controlWords.command);
    if (Atomics.load(control, controlWords.leave) === 1) return;
    if (thread >= Atomics.load(control, controlWords.active)) continue;
    try {
      runSectionAsThread(binding, thread, threads);
    } catch (failure) {
      Atomics.store(control, controlWords.failed, 1);
      throw failure;
    }
  }
}

if (parentPort) {
  const port = parentPort;
  serve(workerData as KernelThreadData, () => port.postMessage('ready'));
}
