import { readFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';

/** Threads to use by default: the processor's physical cores, since two threads of one core share its arithmetic units; no more than this process may use. */
export function physicalCores(): number {
  return Math.max(1, Math.min(coresOfMachine(), availableParallelism()));
}

function coresOfMachine(): number {
  if (process.platform === 'linux') {
    const cores = coresInCpuinfo(readCpuinfo());
    if (cores > 0) return cores;
  }
  return process.arch === 'x64' ? Math.ceil(cpus().length / 2) : cpus().length;
}

function readCpuinfo(): string {
  try {
    return readFileSync('/proc/cpuinfo', 'utf8');
  } catch {
    return '';
  }
}

/** Different pairs of package and core; 0 where the text does not name them (virtual machines, arm). */
export function coresInCpuinfo(text: string): number {
  const processors = text.split(/\n\s*\n/).map((processor) => {
    const value = (key: string) => new RegExp(`^${key}\\s*:\\s*(\\d+)`, 'm').exec(processor)?.[1];
    const core = value('core id');
    return core === undefined ? undefined : `${value('physical id') ?? 0}/${core}`;
  });
  return new Set(processors.filter((core) => core !== undefined)).size;
}
