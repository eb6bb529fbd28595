import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, lstatSync, mkdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createTensorFlowEngine } from '../engine/tensorflow/tensorflow-engine';
import { libtensorflowFolder } from './libtensorflow';
import { runScript } from './run-script';

/**
 * `npm run engine:tensorflow`: makes @tensorflow/tfjs-node work without the host that its own installer downloads from. TensorFlow's library
 * comes from PyPI, the binding is compiled here. Quick where everything is already there.
 */

const project = join(__dirname, '..', '..');
const tfjsNode = join(project, 'node_modules', '@tensorflow', 'tfjs-node');
const binding = join(tfjsNode, 'lib', 'napi-v8', 'tfjs_binding.node');

function main(): void {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new Error(
      `this script knows Linux on x64 only, not ${process.platform} on ${process.arch}: there, “npm rebuild @tensorflow/tfjs-node” runs the package's own installer, which downloads from storage.googleapis.com.`,
    );
  if (!existsSync(join(tfjsNode, 'package.json')))
    throw new Error('the package @tensorflow/tfjs-node is not installed: “npm ci --include=optional --ignore-scripts” installs it.');
  if (!existsSync(binding) || !works(false)) {
    linkLibraries(libtensorflowFolder());
    compileBinding();
    if (!works(true)) throw new Error('the TensorFlow engine was built, but does not work here: see the message above.');
  }
  console.log('The engine “tensorflow” is ready: a convolution and its gradient give the right values.');
}

/** A process of its own: a library that does not fit the processor ends it, and one that was loaded cannot be replaced. */
function works(showReason: boolean): boolean {
  const child = spawnSync(process.execPath, [...process.execArgv, __filename, '--verify'], {
    stdio: ['ignore', 'ignore', showReason ? 2 : 'ignore'],
  });
  return child.status === 0;
}

function linkLibraries(folder: string): void {
  const link = join(tfjsNode, 'deps');
  if (lstatSync(link, { throwIfNoEntry: false })) rmSync(link, { recursive: true });
  symlinkSync(folder, link, 'dir');
}

function compileBinding(): void {
  const compiler = ['g++', 'clang++', 'c++'].find((program) => spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0);
  if (!compiler) throw new Error('compiling the binding needs a C++ compiler: on Debian “apt-get install g++”.');
  const finished = `${binding}.${process.pid}.new`;
  mkdirSync(dirname(binding), { recursive: true });
  // What the package's binding.gyp says, without node-gyp: the binding uses Node-API alone, so it needs neither Node's own headers nor make.
  const words = ['-std=c++17', '-O2', '-shared', '-fPIC', '-DNAPI_VERSION=8'];
  const includes = [join(tfjsNode, 'deps', 'include'), join(project, 'node_modules', 'node-api-headers', 'include')];
  const sources = ['tfjs_backend.cc', 'tfjs_binding.cc'].map((file) => join(tfjsNode, 'binding', file));
  const libraries = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'].map((file) => join(tfjsNode, 'deps', 'lib', file));
  const runPath = '-Wl,-rpath,$ORIGIN/../../deps/lib';
  try {
    execFileSync(compiler, [...words, ...includes.flatMap((folder) => ['-I', folder]), ...sources, ...libraries, runPath, '-o', finished], {
      stdio: ['ignore', 2, 2],
    });
    renameSync(finished, binding);
  } catch (failure) {
    throw new Error(`${compiler} could not compile the binding of @tensorflow/tfjs-node: see its message above.`, { cause: failure });
  } finally {
    rmSync(finished, { force: true });
  }
}

/** One convolution and its weight gradient on ones: every weight meets as many pixels as its window has places. */
async function verify(): Promise<void> {
  const engine = await createTensorFlowEngine(1);
  const square = { inputHeight: 4, inputWidth: 4, outputHeight: 2, outputWidth: 2, kernelHeight: 3, kernelWidth: 3 };
  const window = { ...square, strideHeight: 1, strideWidth: 1, dilationHeight: 1, dilationWidth: 1, padTop: 0, padLeft: 0 };
  const tensors = [
    { id: 0, name: 'x', shape: [4, 4, 1], perSample: true },
    { id: 1, name: 'w', shape: [3, 3, 1, 1], perSample: false },
    { id: 2, name: 'y', shape: [2, 2, 1], perSample: true },
    { id: 3, name: 'dw', shape: [3, 3, 1, 1], perSample: false },
  ].map((tensor) => ({ ...tensor, type: 'float32' as const, role: 'state' as const }));
  const executable = await engine.compile({
    batchSize: 1,
    tensors,
    sections: {
      only: [
        { kind: 'conv2d', x: 0, w: 1, y: 2, window },
        { kind: 'conv2dWeightGradient', x: 0, dy: 2, dw: 3, window },
      ],
    },
  });
  executable.write(0, new Float32Array(16).fill(1));
  executable.write(1, new Float32Array(9).fill(1));
  executable.run('only', 1);
  const right = executable.read(2).every((value) => value === 9) && executable.read(3).every((value) => value === 36);
  await engine.dispose();
  if (!right) throw new Error('TensorFlow gives wrong values for a convolution and its gradient.');
}

void runScript(process.argv.includes('--verify') ? verify : main, 'engine:tensorflow');
