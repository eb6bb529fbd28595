import { execFile, execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { layoutHeader } from '../../engine/local/layout-header';
import { hostedUnits } from '../kernel-libraries';
import { findToolchain } from '../toolchain';

const project = join(__dirname, '..', '..', '..');
const sources = join(project, 'src', 'engine', 'kernels');
const sanitizers = ['-fsanitize=address', '-fsanitize=undefined', '-fno-sanitize-trap=undefined', '-fno-sanitize-recover=undefined'];
const flags = ['--target=x86_64-linux-gnu', '-O1', '-gline-tables-only', '-fno-omit-frame-pointer', '-std=gnu11', '-fno-math-errno'];

/** Why the sanitizers cannot run here, or nothing. zig has no runtime for them, gcc has the one that fits. */
export function sanitizersUnavailable(): string | undefined {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    return `they run on linux-x64, and this is ${process.platform}-${process.arch}`;
  try {
    for (const library of ['libasan.so', 'libubsan.so'])
      if (
        !execFileSync('gcc', [`-print-file-name=${library}`])
          .toString()
          .includes('/')
      )
        return `gcc has no ${library} here`;
  } catch {
    return 'gcc, whose sanitizer runtime they need, is not installed';
  }
  return undefined;
}

/** Compiles kernels and host with both sanitizers into a folder; gives the program. */
export async function buildSanitizedHost(folder: string): Promise<string> {
  const toolchain = findToolchain();
  writeFileSync(join(folder, 'kernel-layout.h'), layoutHeader());
  const units = [
    ...hostedUnits.map(({ name, source, flags: own }) => ({ name, own, file: join(sources, source) })),
    { name: 'host', own: [], file: join(__dirname, 'sanitized_host.c') },
  ];
  const objects = units.map(({ name }) => join(folder, `${name}.o`));
  const compile = ({ own, file }: (typeof units)[number], index: number) =>
    toolchain.zig('cc', ...flags, ...sanitizers, ...own, '-I', folder, '-I', sources, '-c', file, '-o', objects[index]!);
  await Promise.all(units.map(compile));
  const program = join(folder, 'sanitized-host');
  await promisify(execFile)('gcc', ['-fsanitize=address,undefined', ...objects, '-lm', '-o', program]);
  return program;
}
