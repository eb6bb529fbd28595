import { createLocalEngine } from '../../../src/engine/local/local-engine';
import { operationProgram } from '../operation-program';

/** A process of its own: runs a section on two threads, then waits without disposing of the engine, and must end by itself. */
async function main(): Promise<void> {
  const engine = await createLocalEngine({ build: process.argv[2] as 'native' | 'wasm', threads: 2 });
  const tensor = { shape: [8], perSample: true, type: 'float32' as const };
  const { program } = operationProgram({ kind: 'copy', x: 'x', y: 'y' }, { x: tensor, y: tensor }, 2);
  const executable = await engine.compile(program);
  executable.run('only', 2);
  const before = process.cpuUsage();
  const began = performance.now();
  await new Promise((resolve) => setTimeout(resolve, 700));
  const { user, system } = process.cpuUsage(before);
  console.log(JSON.stringify({ idleCpuShare: (user + system) / 1000 / (performance.now() - began) }));
}

void main();
