import { dirname } from 'node:path';
import { type Context, createContext, runInContext } from 'node:vm';
import { InspectionError } from './problems';

export interface Sandbox {
  readonly context: Context;
  /** The stand-in for Node's `process`. */
  readonly process: object;
  /** Stops what the person's code left behind. */
  dispose(): void;
}

const nothing = () => undefined;

/** `process` without ways out: no environment, no exit, no signals. */
function processStandIn(file: string): object {
  const self: Record<string, unknown> = {
    ...{ env: {}, argv: [process.execPath, file], execArgv: [], pid: process.pid, exitCode: undefined, title: 'node' },
    ...{ platform: process.platform, arch: process.arch, version: process.version, versions: { ...process.versions } },
    ...{ cwd: () => dirname(file), chdir: nothing, emitWarning: nothing, nextTick: process.nextTick.bind(process) },
    ...{ hrtime: process.hrtime, uptime: () => process.uptime(), memoryUsage: () => process.memoryUsage() },
    ...{ stdout: { write: () => true, isTTY: false }, stderr: { write: () => true, isTTY: false } },
    exit: (code = 0) => {
      throw new InspectionError('threw', `The file calls process.exit(${code}) while it is loaded: keep that out of a model file.`);
    },
  };
  for (const method of ['on', 'once', 'off', 'addListener', 'removeListener', 'removeAllListeners']) self[method] = () => self;
  self.abort = self.kill = self.exit;
  return self;
}

/** Timers that end with the inspection. */
function trackedTimers() {
  const timers = new Set<NodeJS.Timeout>();
  const immediates = new Set<NodeJS.Immediate>();
  const track = (timer: NodeJS.Timeout) => {
    timers.add(timer);
    return timer;
  };
  return {
    globals: {
      setTimeout: (run: () => void, delay?: number, ...values: []) => track(setTimeout(run, delay, ...values)),
      setInterval: (run: () => void, delay?: number, ...values: []) => track(setInterval(run, delay, ...values)),
      setImmediate: (run: () => void) => {
        const immediate = setImmediate(run);
        immediates.add(immediate);
        return immediate;
      },
      clearTimeout: (timer: NodeJS.Timeout) => clearTimeout(timer),
      clearInterval: (timer: NodeJS.Timeout) => clearInterval(timer),
      clearImmediate: (immediate: NodeJS.Immediate) => clearImmediate(immediate),
    },
    dispose() {
      for (const timer of timers) clearTimeout(timer);
      for (const immediate of immediates) clearImmediate(immediate);
    },
  };
}

const typedArrays = {
  ...{ ArrayBuffer, SharedArrayBuffer, DataView, Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array },
  ...{ Uint32Array, Float32Array, Float64Array, BigInt64Array, BigUint64Array },
};

/**
 * A world of its own for one inspection: fresh globals, a silent console, timers that end with it. Typed arrays are those of the
 * process, because TensorFlow.js tells them by `instanceof`.
 */
export function createSandbox(file: string): Sandbox {
  const timers = trackedTimers();
  const silent = new Proxy({}, { get: () => nothing });
  const standIn = processStandIn(file);
  const context = createContext({
    ...typedArrays,
    ...timers.globals,
    ...{ Buffer, URL, URLSearchParams, TextEncoder, TextDecoder, AbortController, Event, EventTarget, structuredClone, atob, btoa },
    ...{ queueMicrotask, performance },
    console: silent,
    process: standIn,
    fetch: () => Promise.reject(new InspectionError('threw', 'fetch() is not run while a model is inspected.')),
  });
  runInContext('globalThis.global = globalThis; Error.stackTraceLimit = 100;', context);
  return { context, process: standIn, dispose: timers.dispose };
}
