import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { layoutHeader } from '../engine/local/layout-header';
import { type Library, librariesFor, nativePlatforms } from './kernel-libraries';
import { runScript } from './run-script';
import { findToolchain, type Toolchain, zigVersion } from './toolchain';

/**
 * Builds the kernels into `dist/kernels`: two WebAssembly modules and this platform's native library, or with `--every-platform` the
 * native libraries of all platforms, as they go into the package. Skips what is up to date.
 */

const platforms = process.argv.includes('--every-platform') ? nativePlatforms : [`${process.platform}-${process.arch}`];

const project = join(__dirname, '..', '..');
const sources = join(project, 'src', 'engine', 'kernels');
const target = join(project, 'dist', 'kernels');
const compilersAtOnce = 2;

async function main(): Promise<void> {
  mkdirSync(target, { recursive: true });
  const header = layoutHeader();
  const sourceText = readdirSync(sources)
    .sort()
    .map((file) => `${file}\n${readFileSync(join(sources, file), 'utf8')}`);
  const outdated = librariesFor(platforms)
    .map((library) => ({ library, stamp: hash([...sourceText, header, zigVersion, JSON.stringify(library)]) }))
    .filter(({ library, stamp }) => !isUpToDate(library, stamp));
  if (outdated.length === 0) return;

  const toolchain = findToolchain();
  const work = mkdtempSync(join(tmpdir(), 'e2train-kernels-'));
  try {
    writeFileSync(join(work, 'kernel-layout.h'), header);
    const units = outdated.flatMap(({ library }) => library.units.map((unit) => ({ library, unit })));
    await inParallel(units, ({ library, unit }) =>
      toolchain.zig(
        'cc',
        ...library.flags,
        ...unit.flags,
        '-c',
        join(sources, unit.source),
        ...includes(work),
        '-o',
        objectFile(work, library, unit.name),
      ),
    );
    await inParallel(outdated, ({ library, stamp }) => link(toolchain, work, library, stamp));
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

const includes = (work: string) => ['-I', work, '-I', sources, '-I', join(project, 'node_modules', 'node-api-headers', 'include')];
const objectFile = (work: string, library: Library, unit: string) => join(work, `${library.file}-${unit}.o`);
const stampFile = (library: Library) => join(target, `${library.file}.sha256`);
const hash = (parts: string[]) => createHash('sha256').update(parts.join('\0')).digest('hex');
const isUpToDate = (library: Library, stamp: string) =>
  existsSync(join(target, library.file)) && existsSync(stampFile(library)) && readFileSync(stampFile(library), 'utf8') === stamp;

async function link(toolchain: Toolchain, work: string, library: Library, stamp: string): Promise<void> {
  const objects = library.units.map((unit) => objectFile(work, library, unit.name));
  const linked = join(work, library.file);
  await toolchain.zig('cc', ...library.flags, ...library.linkFlags, ...objects, '-o', linked);
  // A running process keeps the old file; half a library is never seen.
  const finished = join(target, `${library.file}.new`);
  copyFileSync(linked, finished);
  renameSync(finished, join(target, library.file));
  writeFileSync(stampFile(library), stamp);
}

async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const left = [...items];
  const worker = async () => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: compilersAtOnce }, worker));
}

void runScript(main, 'build:kernels');
