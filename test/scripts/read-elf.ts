import type { NativeLibrary } from './native-library';
import { zeroTerminated } from './zero-terminated';

/** 64-bit ELF, by the System V ABI: section headers, the dynamic section and the dynamic symbols. */
export function readElf(file: Buffer): NativeLibrary {
  const machine = file.readUInt16LE(18);
  const sections = Array.from({ length: file.readUInt16LE(60) }, (_, index) => {
    const at = Number(file.readBigUInt64LE(40)) + index * file.readUInt16LE(58);
    const word = (offset: number) => Number(file.readBigUInt64LE(at + offset));
    return { type: file.readUInt32LE(at + 4), offset: word(24), size: word(32), link: file.readUInt32LE(at + 40), entry: word(56) };
  });
  const entries = (type: number) =>
    sections
      .filter((section) => section.type === type)
      .flatMap(({ offset, size, entry, link }) =>
        Array.from({ length: size / entry }, (_, index) => ({ at: offset + index * entry, names: sections[link]!.offset })),
      );
  const symbols = entries(11).map(({ at, names }) => ({
    name: zeroTerminated(file, names + file.readUInt32LE(at)),
    defined: file.readUInt16LE(at + 6) !== 0,
  }));
  return {
    format: 'ELF',
    architecture: machine === 62 ? 'x64' : machine === 183 ? 'arm64' : 'unknown',
    exports: symbols.filter(({ name, defined }) => name && defined).map(({ name }) => name),
    imports: symbols.filter(({ name, defined }) => name && !defined).map(({ name }) => name),
    libraries: entries(6)
      .filter(({ at }) => file.readBigUInt64LE(at) === 1n)
      .map(({ at, names }) => zeroTerminated(file, names + Number(file.readBigUInt64LE(at + 8)))),
  };
}
