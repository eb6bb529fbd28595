import type { NativeLibrary } from './native-library';
import { zeroTerminated } from './zero-terminated';

/** 64-bit PE (a Windows DLL), by Microsoft's “PE Format”: export and import directories. */
export function readPortableExecutable(file: Buffer): NativeLibrary {
  const header = file.readUInt32LE(0x3c);
  const optional = header + 24;
  const firstSection = optional + file.readUInt16LE(header + 20);
  const sections = Array.from({ length: file.readUInt16LE(header + 6) }, (_, index) => {
    const at = firstSection + 40 * index;
    return { address: file.readUInt32LE(at + 12), size: file.readUInt32LE(at + 16), offset: file.readUInt32LE(at + 20) };
  });
  const offsetOf = (address: number) => {
    const section = sections.find((one) => address >= one.address && address < one.address + one.size)!;
    return address - section.address + section.offset;
  };
  const directory = (index: number) => offsetOf(file.readUInt32LE(optional + 112 + 8 * index));
  const textAt = (address: number) => zeroTerminated(file, offsetOf(address));

  const exportTable = directory(0);
  const names = offsetOf(file.readUInt32LE(exportTable + 32));
  const exports = Array.from({ length: file.readUInt32LE(exportTable + 24) }, (_, index) => textAt(file.readUInt32LE(names + 4 * index)));

  const libraries: string[] = [];
  const imports: string[] = [];
  for (let at = directory(1); file.readUInt32LE(at + 12) !== 0; at += 20) {
    libraries.push(textAt(file.readUInt32LE(at + 12)));
    for (let entry = offsetOf(file.readUInt32LE(at)); file.readBigUInt64LE(entry) !== 0n; entry += 8)
      imports.push(textAt(file.readUInt32LE(entry) + 2));
  }
  const machine = file.readUInt16LE(header + 4);
  return { format: 'PE', architecture: machine === 0x8664 ? 'x64' : machine === 0xaa64 ? 'arm64' : 'unknown', exports, imports, libraries };
}
