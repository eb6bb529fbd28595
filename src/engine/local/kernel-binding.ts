/**
 * The arithmetic as the threads see it, whichever build it is. This file and what it imports also run in the kernel threads, so it stays small.
 */
export interface KernelBinding {
  /** Goes on with the section that this thread's progress names; gives one of `sectionStatus`. */
  runSection(thread: number, threads: number): number;
  /** The control block, which starts the memory. */
  readonly control: Int32Array;
}

/** What a thread needs to bind the kernels; goes to worker threads as a message. */
export type KernelSource =
  | { readonly kind: 'native'; readonly file: string; readonly memory: SharedArrayBuffer; readonly base: number }
  | {
      readonly kind: 'wasm';
      readonly module: WebAssembly.Module;
      readonly memory: WebAssembly.Memory;
      readonly base: number;
      /** Where the stack of thread t > 0 ends. Threads must not share one: their results would be silently wrong. */
      readonly stackEnd?: number;
    };

export interface NativeAddon {
  readonly simd: string;
  readonly lanes: number;
  /** Of the records that these kernels read, see `layoutFingerprint`. */
  readonly layout: number;
  bytesToAlignment(memory: Uint8Array): number;
  /** Before the memory is touched. */
  useLargePages(memory: Uint8Array): void;
  runSection(memory: Uint8Array, thread: number, threads: number): number;
}

export interface WasmExports {
  run_section(memory: number, thread: number, threads: number): number;
  layout_fingerprint(): number;
  readonly __stack_pointer: WebAssembly.Global;
  readonly __heap_base: WebAssembly.Global;
}

export function loadAddon(file: string): NativeAddon {
  const loaded = { exports: {} };
  process.dlopen(loaded, file);
  return loaded.exports as NativeAddon;
}

export function bindKernels(source: KernelSource): KernelBinding {
  if (source.kind === 'native') {
    const addon = loadAddon(source.file);
    const memory = new Uint8Array(source.memory, source.base);
    return {
      control: new Int32Array(source.memory, source.base, Math.floor(memory.length / 4)),
      runSection: (thread, threads) => addon.runSection(memory, thread, threads),
    };
  }
  const exports = instantiate(source.module, source.memory);
  if (source.stackEnd !== undefined) exports.__stack_pointer.value = source.stackEnd;
  const control = new Int32Array(source.memory.buffer, source.base);
  return { control, runSection: (thread, threads) => exports.run_section(source.base, thread, threads) };
}

export function instantiate(module: WebAssembly.Module, memory: WebAssembly.Memory): WasmExports {
  return new WebAssembly.Instance(module, { env: { memory, clock: () => performance.now() } }).exports as WasmExports;
}
