import type { Program } from '../../../src/engine/program';
import { Random } from '../../../src/platform/random';
import { type TestedBuild, withEngine } from '../engine-builds';

/**
 * What the sections of a program write into the named tensors, run in their order on four samples; where there is a list, it names three others.
 * Inputs and parameters are random, some of them negative.
 */
export function resultsOf(build: TestedBuild, program: Program, names: readonly string[]): Promise<Record<string, Float32Array>> {
  return withEngine({ build, threads: 2 }, async (engine) => {
    const executable = await engine.compile(program);
    const random = new Random(7, 'fusion');
    for (const { id, name, shape, perSample, role } of program.tensors) {
      if (name === 'samples') executable.write(id, Int32Array.of(3, 0, 2, 3, 0, 0));
      else if (role === 'input' || role === 'parameter') {
        const count = shape.reduce((product, size) => product * size, perSample ? program.batchSize : 1);
        executable.write(
          id,
          Float32Array.from({ length: count }, () => 8 * random.uniform() - 4),
        );
      }
    }
    for (const section of Object.keys(program.sections)) executable.run(section, 4);
    const written = program.tensors.filter(({ name }) => names.includes(name));
    return Object.fromEntries(written.map(({ id, name }) => [name, executable.read(id) as Float32Array]));
  });
}
