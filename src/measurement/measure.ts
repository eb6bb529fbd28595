import { setTimeout as pause } from 'node:timers/promises';
import type { MeasurementFile, MeasurementRow } from '../protocol/measurements';
import { joinMeter } from './board/join-meter';
import { BoardSession, type SessionListener, type SessionOptions } from './board/session';
import type { MeasurementStore } from './measurement-store';
import type { Meter } from './meters/meter';
import { isUnavailable, type PowerSample, type Unavailable } from './power-sample';

export interface MeasureOptions extends Omit<SessionOptions, 'externalMeter'> {
  /** An external meter. Absent: the board's own sensors. */
  readonly meter?: Meter;
  /** Readings this long after the last mark are waited for. */
  readonly meterSeconds?: number;
}

/**
 * Measures a network's layers on a board, with its own sensors or an external meter, and keeps the result in the workspace.
 * @returns what was measured, as it is on disk; its state and reason say whether that is all.
 * @throws Error with one sentence when nothing could be measured at all; nothing is kept then.
 */
export async function measure(
  store: MeasurementStore,
  { meter, meterSeconds = 2, ...options }: MeasureOptions,
  listener: SessionListener,
  signal: AbortSignal,
): Promise<MeasurementFile> {
  const ending = new AbortController();
  // A meter that tells as it goes is listened to from the beginning; a file is read when all was measured.
  const live = meter && meter.kind !== 'file' ? readingsOf(meter, ending.signal) : undefined;
  try {
    const file = await new BoardSession(store, { ...options, externalMeter: meter !== undefined }, listener, signal).run();
    if (!meter || (file.windows ?? []).length === 0) return file;
    await pause(meterSeconds * 1000);
    ending.abort();
    return joined(store, file, await (live ?? readingsOf(meter, ending.signal)), meter.rails[0]!.name);
  } finally {
    ending.abort();
  }
}

async function readingsOf(meter: Meter, signal: AbortSignal): Promise<readonly PowerSample[] | Unavailable> {
  const samples: PowerSample[] = [];
  try {
    for await (const sample of meter.samples({ intervalSeconds: 0.01, signal })) samples.push(sample);
  } catch (error) {
    // A stream that breaks off gives what it gave: the windows after that will say what is missing.
    if (samples.length === 0) return { unavailable: (error as Error).message };
  }
  return samples;
}

/**
 * Joins a measurement's marks with an external meter's readings.
 * @param meter what the readings come from, for the rows' source.
 * @returns the measurement with its energies, or with rows that say why the readings cannot be used. Its marks stay either way.
 */
export function joined(
  store: MeasurementStore,
  file: MeasurementFile,
  readings: readonly PowerSample[] | Unavailable,
  meter: string,
): MeasurementFile {
  const result = isUnavailable(readings) ? readings : joinMeter(file, readings as readonly PowerSample[], meter);
  const whole = isUnavailable(result) ? withoutEnergies(file, result.unavailable) : result;
  store.write(whole);
  return whole;
}

function withoutEnergies(file: MeasurementFile, why: string): MeasurementFile {
  const marked = new Set((file.windows ?? []).map(({ row }) => row));
  const rows = file.rows.map(({ layer, signature, phase, precision }, place): MeasurementRow => {
    if (!marked.has(place)) return file.rows[place]!;
    const reason = `${why} The marks are kept: “e2train measure join ${file.id} FILE” takes another file.`;
    return { kind: 'unavailable', layer, ...(signature && { signature }), phase, precision, reason };
  });
  return { ...file, rows };
}
