import { createEngine, type EngineName } from './create-engine';

export interface EngineAvailability {
  readonly name: Exclude<EngineName, 'auto'>;
  readonly available: boolean;
  /** What it would run on, or why it does not work here. */
  readonly detail: string;
}

/** Every engine with what it is on this machine, the fastest first. */
export function listEngines(): Promise<EngineAvailability[]> {
  return Promise.all((['native', 'wasm'] as const).map(describe));
}

async function describe(name: 'native' | 'wasm'): Promise<EngineAvailability> {
  try {
    const engine = await createEngine(name, 0);
    const { build, simd, threads, note } = engine.description;
    await engine.dispose();
    const summary = `${build}, ${simd}, ${threads} ${threads === 1 ? 'thread' : 'threads'}`;
    return { name, available: true, detail: note ? `${summary}. ${note}` : summary };
  } catch (failure) {
    return { name, available: false, detail: (failure as Error).message };
  }
}
