import type { NativeLibrary } from './native-library';
import { zeroTerminated } from './zero-terminated';

const loadCommand = { symbolTable: 0x2, loadLibrary: 0xc, codeSignature: 0x1d, loaderInformation: 0x80000022 };

/** 64-bit Mach-O, by <mach-o/loader.h> and <mach-o/nlist.h>. An import that must come from one certain library is named with it. */
export function readMachO(file: Buffer): NativeLibrary & { readonly signed: boolean } {
  const processor = file.readUInt32LE(4);
  const commands: { kind: number; at: number }[] = [];
  for (let at = 32; commands.length < file.readUInt32LE(16); at += file.readUInt32LE(at + 4))
    commands.push({ kind: file.readUInt32LE(at), at });
  const of = (kind: number) => commands.filter((command) => command.kind === kind).map(({ at }) => at);
  const libraries = of(loadCommand.loadLibrary).map((at) => zeroTerminated(file, at + file.readUInt32LE(at + 8)));
  const bindings = of(loadCommand.loaderInformation).flatMap((at) =>
    [16, 32].flatMap((field) => {
      const start = file.readUInt32LE(at + field);
      return readBindings(file.subarray(start, start + file.readUInt32LE(at + field + 4)));
    }),
  );
  return {
    format: 'Mach-O',
    architecture: processor === 0x01000007 ? 'x64' : processor === 0x0100000c ? 'arm64' : 'unknown',
    exports: of(loadCommand.symbolTable).flatMap((at) => exportedSymbols(file, at)),
    imports: bindings.map(({ name, library }) => (library === anywhere ? name : `${name} of ${libraries[library - 1]}`)),
    libraries,
    signed: of(loadCommand.codeSignature).length > 0,
  };
}

function exportedSymbols(file: Buffer, table: number): string[] {
  return Array.from({ length: file.readUInt32LE(table + 12) }, (_, index) => {
    const at = file.readUInt32LE(table + 8) + 16 * index;
    const type = file.readUInt8(at + 4);
    const isExport = (type & 0x1f) === 0x0f;
    return isExport ? [plainName(zeroTerminated(file, file.readUInt32LE(table + 16) + file.readUInt32LE(at)))] : [];
  }).flat();
}

/** A library number that means: look in the whole process. */
const anywhere = -2;
/** LEB128 operands of the operations that have any; from `bind` on each binds the name that was set last. */
const operandsOf: Readonly<Record<number, number>> = { 96: 1, 112: 1, 128: 1, 160: 1, 192: 2 };
const bind = 0x90;

/** The loader's binding program: which names it looks up in which library. */
function readBindings(program: Buffer): { name: string; library: number }[] {
  const bindings: { name: string; library: number }[] = [];
  let library = 0;
  let name = '';
  for (let at = 0; at < program.length; ) {
    const byte = program[at++]!;
    const operation = byte & 0xf0;
    const value = byte & 0x0f;
    if (operation === 0x10) library = value;
    else if (operation === 0x20) library = program[at++]!;
    else if (operation === 0x30) library = value === 0 ? 0 : value - 16;
    else if (operation === 0x40) {
      const symbol = zeroTerminated(program, at);
      name = plainName(symbol);
      at += symbol.length + 1;
    } else if (operation >= bind) bindings.push({ name, library });
    for (let operands = operandsOf[operation] ?? 0; operands > 0; operands--) while (program[at++]! & 0x80);
  }
  return bindings;
}

/** C's names carry an underscore there. */
const plainName = (name: string) => name.replace(/^_/, '');
