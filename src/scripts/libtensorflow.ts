import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from './cache-folder';
import { hasPip } from './toolchain';

/** The version that the binding of @tensorflow/tfjs-node 4.22 is written against, nearest on PyPI. */
const version = '2.12.0';
/** Of the wheel for CPython 3.11 on Linux x64: any of them holds the same library. */
const wheelSha256 = 'e8c7047552a2d759f3e65ac13e36dd24bb5fec2e6576e848287811ec44b3d62f';

/** What is taken out of the wheel (Python's path prefixes): both libraries and the headers of the C interface. */
const wanted = [
  'tensorflow/libtensorflow_cc.so.2',
  'tensorflow/libtensorflow_framework.so.2',
  'tensorflow/include/tensorflow/c/',
  'tensorflow/include/tensorflow/core/platform/',
  'tensorflow/include/tensorflow/tsl/',
];

const unpack = `
import sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as wheel:
    for name in wheel.namelist():
        if name.startswith(tuple(sys.argv[3:])):
            wheel.extract(name, sys.argv[2])
`;

/**
 * Folder with `lib` and `include` of TensorFlow's C interface: in the cache folder, downloaded with pip when it is not there yet (232 MB, 580 MB unpacked).
 * @throws Error with one sentence when it cannot be had.
 */
export function libtensorflowFolder(): string {
  const folder = join(cacheFolder(), `libtensorflow-${version}`);
  if (existsSync(folder)) return folder;
  const python = ['python3', 'python'].find(hasPip);
  if (!python) throw new Error('downloading TensorFlow needs Python 3 with pip: on Debian “apt-get install python3-pip”.');
  mkdirSync(cacheFolder(), { recursive: true });
  // Into a folder of its own first: an interrupted download must not be taken for a good one.
  const unfinished = mkdtempSync(join(cacheFolder(), 'installing-'));
  try {
    const wheel = download(python, unfinished);
    execFileSync(python, ['-c', unpack, wheel, unfinished, ...wanted], { stdio: ['ignore', 2, 2] });
    const ready = join(unfinished, 'ready');
    mkdirSync(join(ready, 'lib'), { recursive: true });
    for (const library of ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'])
      renameSync(join(unfinished, 'tensorflow', library), join(ready, 'lib', library));
    renameSync(join(unfinished, 'tensorflow', 'include'), join(ready, 'include'));
    try {
      renameSync(ready, folder);
    } catch (failure) {
      // Another set-up was faster.
      if (!existsSync(folder)) throw failure;
    }
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
  return folder;
}

/** Downloads the wheel into the folder; pip holds it against the known hash. */
function download(python: string, folder: string): string {
  console.error(`Downloading TensorFlow ${version} from PyPI (232 MB) …`);
  const requirements = join(folder, 'requirements.txt');
  writeFileSync(requirements, `tensorflow-cpu==${version} --hash=sha256:${wheelSha256}\n`);
  const quietly = ['-m', 'pip', 'download', '--quiet', '--disable-pip-version-check', '--no-deps', '--only-binary=:all:'];
  const platform = ['--implementation', 'cp', '--python-version', '3.11', '--platform', 'manylinux2014_x86_64'];
  try {
    execFileSync(python, [...quietly, ...platform, '--dest', folder, '--require-hashes', '--requirement', requirements], {
      stdio: ['ignore', 2, 2],
    });
  } catch (failure) {
    throw new Error(`pip could not download tensorflow-cpu ${version}: see its message above.`, { cause: failure });
  }
  return join(folder, readdirSync(folder).find((file) => file.endsWith('.whl'))!);
}
