import { readElf } from './read-elf';
import { readMachO } from './read-mach-o';
import { readPortableExecutable } from './read-portable-executable';

/** What a loader sees in a native library. */
export interface NativeLibrary {
  readonly format: 'ELF' | 'Mach-O' | 'PE';
  readonly architecture: 'x64' | 'arm64' | 'unknown';
  readonly exports: readonly string[];
  /** Functions that it wants from others, and libraries that must be there. */
  readonly imports: readonly string[];
  readonly libraries: readonly string[];
}

/** Reads the tables of a library by its format's specification; nothing of the compiler that wrote it is used. */
export function readNativeLibrary(file: Buffer): NativeLibrary {
  if (file.readUInt32BE(0) === 0x7f454c46) return readElf(file);
  if (file.readUInt32LE(0) === 0xfeedfacf) return readMachO(file);
  if (file.toString('latin1', 0, 2) === 'MZ') return readPortableExecutable(file);
  throw new Error('This is no native library.');
}
