import { basename } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { MeasurementFile, MeasurementRow } from '../protocol/measurements';
import { joinMeter } from './board/join-meter';
import { BoardSession, type SessionListener, type SessionOptions } from './board/session';
import type { MeasurementStore } from './measurement-store';
import { readMeterFile } from './meters/meter-file';
import type { StreamMeter } from './meters/meter-stream';
import { isUnavailable, type PowerSample } from './power-sample';

export interface MeasureOptions extends Omit<SessionOptions, 'externalMeter'> {
  /** An external meter: the file that it writes, or its live readings. Absent: the board's own sensors. */
  readonly meter?: string | StreamMeter;
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
  const live = meter === undefined || typeof meter === 'string' ? undefined : collect(meter);
  try {
    const file = await new BoardSession(store, { ...options, externalMeter: meter !== undefined }, listener, signal).run();
    if (meter === undefined || (file.windows ?? []).length === 0) return file;
    await pause(meterSeconds * 1000);
    return joined(store, file, () => (typeof meter === 'string' ? readMeterFile(meter) : live!.end()), nameOf(meter));
  } finally {
    live?.end();
  }
}

/**
 * Joins a measurement's marks with an external meter's file.
 * @returns the measurement with its energies, or with rows that say why the readings cannot be used. Its marks stay either way.
 */
export function joined(
  store: MeasurementStore,
  file: MeasurementFile,
  readings: () => readonly PowerSample[],
  meter: string,
): MeasurementFile {
  const result = tried(() => joinMeter(file, readings(), meter));
  const whole: MeasurementFile = isUnavailable(result) ? withoutEnergies(file, result.unavailable) : result;
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

function tried<T extends object>(action: () => T): T | { unavailable: string } {
  try {
    return action();
  } catch (error) {
    return { unavailable: (error as Error).message };
  }
}

const nameOf = (meter: string | StreamMeter) => (typeof meter === 'string' ? basename(meter) : meter.rails[0]!.name);

/** Takes a meter's readings until they are asked for. */
function collect(meter: StreamMeter): { end(): readonly PowerSample[] } {
  const samples: PowerSample[] = [];
  const ending = new AbortController();
  const taking = async () => {
    for await (const sample of meter.samples({ signal: ending.signal })) samples.push(sample);
  };
  // A stream that breaks gives what it gave: too little is said when it is joined.
  taking().catch(() => {});
  return {
    end() {
      ending.abort();
      return samples;
    },
  };
}
