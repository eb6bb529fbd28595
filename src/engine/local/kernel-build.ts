import { readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { availableMemory } from '../../platform/available-memory';
import { builtFile } from '../../platform/built-file';
import { instantiate, type KernelSource, loadAddon, type NativeAddon, type WasmExports } from './kernel-binding';
import { layoutFingerprint } from './layout-header';
import { explainLoadFailure } from './load-failure';
import { sharedConstants } from './shared-constants';
import { alignBytes } from './step';

/** One build of the kernels on this machine: how to give it memory, and what it calls itself. */
export interface KernelBuild {
  readonly name: string;
  readonly simd: string;
  /** Floats in a vector. */
  readonly lanes: number;
  /** Bytes that a program may use. */
  memoryLimit(): number;
  /** Memory of so many bytes, zeroed, with what each thread needs to work in it. */
  allocate(bytes: number, threads: number): AllocatedMemory;
}

export interface AllocatedMemory {
  readonly buffer: SharedArrayBuffer;
  /** Where the program's memory starts in the buffer. */
  readonly base: number;
  sourceFor(thread: number): KernelSource;
}

/** This platform's native build, or another file of one. @throws Error with one sentence where there is none, or it does not load. */
export function nativeBuild(file = nativeLibraryFile()): KernelBuild {
  const platform = `${process.platform}-${process.arch}`;
  const addon = loadOrExplain(file);
  requireLayout(addon.layout);
  return {
    name: `native ${platform}`,
    simd: addon.simd,
    lanes: addon.lanes,
    memoryLimit: availableMemory,
    allocate(bytes) {
      const memory = new SharedArrayBuffer(bytes + sharedConstants.placeBytes);
      const base = addon.bytesToAlignment(new Uint8Array(memory));
      addon.useLargePages(new Uint8Array(memory));
      return { buffer: memory, base, sourceFor: () => ({ kind: 'native', file, memory, base }) };
    },
  };
}

function nativeLibraryFile(): string {
  const platform = `${process.platform}-${process.arch}`;
  try {
    return builtFile(`kernels/${platform}.node`);
  } catch (cause) {
    throw new Error(`this installation has none for ${platform}.`, { cause });
  }
}

function loadOrExplain(file: string): NativeAddon {
  let addon: Partial<NativeAddon>;
  try {
    addon = loadAddon(file);
  } catch (cause) {
    const { message, code } = cause as NodeJS.ErrnoException;
    throw new Error(explainLoadFailure({ platform: process.platform, message, code, glibc: glibcVersion() }), { cause });
  }
  if (addon.runSection === undefined) throw new Error('the program that loads them does not offer Node-API.');
  return addon as NativeAddon;
}

function glibcVersion(): string | undefined {
  const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
  return header.glibcVersionRuntime;
}

const pageBytes = 65536;
/** What a 32-bit address reaches, less the last page, which the linker does not allow. */
const largestPages = 65535;
const threadStackBytes = 65536;

/** @throws Error where this runtime lacks what the build needs. */
export function wasmBuild(kind: 'relaxed' | 'plain'): KernelBuild {
  // Node 20 has relaxed SIMD behind a flag, later ones need none.
  if (kind === 'relaxed') setFlagsFromString('--experimental-wasm-relaxed-simd');
  const bytes = readFileSync(builtFile(`kernels/${kind}.wasm`));
  if (!WebAssembly.validate(bytes)) throw new Error(`This Node has no ${kind === 'relaxed' ? 'relaxed ' : ''}SIMD in WebAssembly.`);
  const module = new WebAssembly.Module(bytes);
  const exports = probe(module);
  requireLayout(exports.layout_fingerprint());
  const heapBase: number = exports.__heap_base.value;
  const reserved = (threads: number) => alignBytes(heapBase + (threads - 1) * threadStackBytes);
  return {
    name: `wasm ${kind === 'relaxed' ? 'relaxed SIMD' : 'plain SIMD'}`,
    simd: 'SIMD128',
    lanes: 4,
    memoryLimit: () => Math.min(largestPages * pageBytes - reserved(64), availableMemory()),
    allocate(programBytes, threads) {
      const base = reserved(threads);
      const pages = Math.ceil((base + programBytes) / pageBytes);
      const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
      const stackEnd = (thread: number) => base - (thread - 1) * threadStackBytes;
      return {
        buffer: memory.buffer,
        base,
        sourceFor: (thread) => ({ kind: 'wasm', module, memory, base, ...(thread > 0 && { stackEnd: stackEnd(thread) }) }),
      };
    },
  };
}

/** What the module says of itself, in a memory of no other use. */
function probe(module: WebAssembly.Module): WasmExports {
  return instantiate(module, new WebAssembly.Memory({ initial: 4, maximum: 4, shared: true }));
}

/** Kernels and planner of two versions would not fail but compute anything, or nothing for ever. */
function requireLayout(found: number): void {
  if (found !== layoutFingerprint())
    throw new Error(
      'they were built for another version of E2-Train; installing the extension anew, or “npm run build:kernels”, mends that.',
    );
}
