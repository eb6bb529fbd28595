import { findRails } from '../meters/find-rails';
import type { SensorRail } from '../meters/sensor-rail';
import { isUnavailable, type Unavailable } from '../power-sample';
import type { BoardRecord } from './board-record';
import { discoveryScript } from './board-script';
import type { BoardConnection } from './connection';

/** What a board says of itself. */
export interface BoardState {
  readonly bootId: string;
  readonly hardware?: string | undefined;
  readonly kernel?: string | undefined;
  /** Power rails that its own sensors tell, or why there are none. */
  readonly rails: readonly SensorRail[] | Unavailable;
}

/**
 * Asks a board what it is and which power rails it can tell.
 * @param wanted names of the rails to count instead of the usual ones.
 * @throws BoardUnreachable or LinkDropped.
 */
export async function discoverBoard(
  connection: BoardConnection,
  root: string,
  signal: AbortSignal,
  wanted?: readonly string[],
): Promise<BoardState> {
  const record: BoardRecord = await connection.run(discoveryScript({ root }), signal);
  const rails = findRails(record.sensorTree, wanted);
  return { bootId: record.bootId ?? '', hardware: record.hardware, kernel: record.kernel, rails };
}

/** Rails that are part of the sum. */
export const countedRails = ({ rails }: BoardState): readonly SensorRail[] =>
  isUnavailable(rails) ? [] : (rails as readonly SensorRail[]).filter(({ counted }) => counted);
