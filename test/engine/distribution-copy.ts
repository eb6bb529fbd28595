import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { builtFile } from '../../src/platform/built-file';

/** The product as it is installed, in a folder of its own that is gone after the test. */
export interface DistributionCopy {
  readonly folder: string;
  /** Its native library, to be damaged or removed. */
  readonly nativeLibrary: string;
}

export function copyDistribution(): DistributionCopy {
  const root = mkdtempSync(join(tmpdir(), 'e2-train-installed-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const built = dirname(builtFile('cli.js'));
  const folder = join(root, 'extension', 'dist');
  cpSync(built, folder, { recursive: true, filter: (file) => !file.endsWith('.map') });
  symlinkSync(join(built, '..', 'media'), join(root, 'extension', 'media'));
  return { folder, nativeLibrary: join(folder, 'kernels', `${process.platform}-${process.arch}.node`) };
}

/**
 * Makes an x64 library compute c − a·b where it should compute a·b + c: as a processor or system would that computes something else. Of the
 * fused multiply-adds (Intel SDM, volume 2, VFMADD132PS, VFMADD213PS, VFMADD231PS) the VEX and EVEX forms are turned into VFNMADD.
 */
export function negateProducts(library: string): void {
  const code = readFileSync(library);
  for (let i = 0; i + 6 < code.length; i++) {
    const vex = code[i] === 0xc4 && (code[i + 1]! & 0x1f) === 2 && (code[i + 2]! & 0x83) === 1;
    const evex = code[i] === 0x62 && (code[i + 1]! & 0x0f) === 2 && (code[i + 2]! & 0x87) === 5;
    const opcode = i + (vex ? 3 : 4);
    if ((vex || evex) && [0x98, 0xa8, 0xb8].includes(code[opcode]!)) code[opcode]! += 4;
  }
  writeFileSync(library, code);
}
