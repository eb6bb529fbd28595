/** What is compiled for which target, with which flags. */

export interface CompileUnit {
  readonly name: string;
  readonly source: string;
  readonly flags: readonly string[];
}

export interface Library {
  readonly file: string;
  /** For compiling and linking. */
  readonly flags: readonly string[];
  readonly linkFlags: readonly string[];
  readonly units: readonly CompileUnit[];
}

/** No `errno` and no traps, so that square roots are one instruction; nothing that would change what the arithmetic gives. */
const optimization = ['-O3', '-std=gnu11', '-fno-math-errno', '-fno-trapping-math', '-ffp-contract=off', '-fvisibility=hidden', '-Wall'];

/** Frames of tiles are small; each further thread gets as much from the engine. */
const wasmStackBytes = 65536;

const wasm = (file: string, cpu: string): Library => ({
  file,
  flags: ['--target=wasm32-freestanding', `-mcpu=${cpu}`, '-nostdlib', ...optimization],
  linkFlags: [
    '-Wl,--no-entry',
    '-Wl,--export=run_section',
    '-Wl,--export=layout_fingerprint',
    '-Wl,--export=__stack_pointer',
    '-Wl,--export=__heap_base',
    '-Wl,--import-memory',
    '-Wl,--shared-memory',
    '-Wl,--max-memory=4294901760',
    `-Wl,-z,stack-size=${wasmStackBytes}`,
    '-Wl,--strip-all',
  ],
  units: [{ name: 'kernels', source: 'kernels.c', flags: [] }],
});

const variant = (name: string, cpu: string): CompileUnit => ({
  name,
  source: 'kernels.c',
  flags: [`-mcpu=${cpu}`, `-DVARIANT=kernels_${name}`],
});

const x64Units: readonly CompileUnit[] = [
  // With prefer_256_bit, which the compiler's x86_64_v4 has, 512-bit vectors would be split in two.
  variant('avx512', 'x86_64_v4-prefer_256_bit'),
  variant('avx2', 'x86_64_v3'),
  variant('sse', 'x86_64_v2'),
  { name: 'instruction-set', source: 'instruction_set.c', flags: ['-mcpu=x86_64'] },
  { name: 'addon', source: 'addon.c', flags: ['-mcpu=x86_64'] },
];

const arm64Units: readonly CompileUnit[] = [
  variant('neon', 'generic'),
  { name: 'instruction-set', source: 'instruction_set.c', flags: [] },
  { name: 'addon', source: 'addon.c', flags: [] },
];

const windowsUnit: CompileUnit = { name: 'node-functions', source: 'node_functions_windows.c', flags: ['-mcpu=x86_64'] };

interface NativeTarget {
  /** zig's name; the oldest system on which the library is to load. */
  readonly target: string;
  readonly units: readonly CompileUnit[];
  readonly linkFlags: readonly string[];
}

/** Without a C library of its own: the few functions that it needs come from the process, be that glibc's of any age or musl's. */
const linux = ['-nostdlib', '-rtlib=none'];
/** Node's functions come from the process. */
const macOs = ['-Wl,-undefined,dynamic_lookup'];

/** Native targets by Node's names of platform and architecture. */
const nativeTargets: Readonly<Record<string, NativeTarget>> = {
  'linux-x64': { target: 'x86_64-linux-gnu.2.17', units: x64Units, linkFlags: linux },
  'linux-arm64': { target: 'aarch64-linux-gnu.2.17', units: arm64Units, linkFlags: linux },
  'darwin-x64': { target: 'x86_64-macos.11.0', units: x64Units, linkFlags: macOs },
  'darwin-arm64': { target: 'aarch64-macos.11.0', units: arm64Units, linkFlags: macOs },
  'win32-x64': { target: 'x86_64-windows-gnu', units: [...x64Units, windowsUnit], linkFlags: [] },
};

/** The kernels for x64 without the door to Node, to be run by a program of our own. */
export const hostedUnits = x64Units.filter(({ name }) => name !== 'addon');

export const nativePlatforms = Object.keys(nativeTargets);

/** The libraries to build: WebAssembly always, and native ones for those of the platforms that have them. */
export function librariesFor(platforms: readonly string[]): Library[] {
  const native = platforms.flatMap((platform) => (nativeTargets[platform] ? [nativeLibrary(platform, nativeTargets[platform])] : []));
  return [
    ...native,
    wasm('plain.wasm', 'generic+simd128+atomics+bulk_memory'),
    wasm('relaxed.wasm', 'generic+simd128+relaxed_simd+atomics+bulk_memory'),
  ];
}

function nativeLibrary(platform: string, { target, units, linkFlags }: NativeTarget): Library {
  return {
    file: `${platform}.node`,
    flags: [`--target=${target}`, '-fPIC', ...optimization],
    linkFlags: ['-shared', '-s', ...linkFlags],
    units,
  };
}
