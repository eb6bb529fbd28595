import { type Phase, phases } from '../../protocol/phases';

/** What a measured window was of. */
export interface Subject {
  readonly layer: string;
  readonly phase: Phase;
  readonly precision: string;
}

/** What is meant where a file gives a layer's name alone. */
export type SubjectDefaults = Partial<Pick<Subject, 'phase' | 'precision'>>;

/** A phase by any usual spelling of its name: `weightGradient`, `weight_gradient`, `weight gradient`. */
export function phaseOf(text: string): Phase | undefined {
  const plain = (name: string) => name.toLowerCase().replaceAll(/[\s_-]/g, '');
  return phases.find((phase) => plain(phase) === plain(text));
}

/** @throws Error with what is wrong and the phases that there are. */
export function checkedPhase(text: string, where: string): Phase {
  const phase = phaseOf(text);
  if (!phase) throw new Error(`“${text}” in ${where} is no phase (${phases.join(', ')})`);
  return phase;
}

/**
 * What a window's name says: `layer/phase/precision`; phase and precision may be left out where they are given for the whole file.
 * @throws Error that says what the name lacks.
 */
export function subjectOfName(name: string, defaults: SubjectDefaults, where: string): Subject {
  const parts = name.split('/');
  // Layers' names have slashes of their own; the phase tells where they end.
  const place = parts.findLastIndex((part) => phaseOf(part) !== undefined);
  const layer = (place > 0 ? parts.slice(0, place) : parts).join('/');
  const phase = place > 0 ? phaseOf(parts[place]!) : defaults.phase;
  const precision = place > 0 && place + 1 < parts.length ? parts.slice(place + 1).join('/') : defaults.precision;
  const lacks = !phase ? 'phase' : !precision ? 'precision' : undefined;
  if (lacks) {
    throw new Error(
      `the name “${name}” in ${where} does not tell the ${lacks}: name windows layer/phase/precision, such as conv1/forward/fp32, or give --${lacks}`,
    );
  }
  return { layer, phase: phase!, precision: precision! };
}
