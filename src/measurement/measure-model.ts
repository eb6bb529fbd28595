import { statSync } from 'node:fs';
import { basename } from 'node:path';
import type { Board } from '../protocol/boards';
import type { LayerGraph } from '../protocol/layer-graph';
import type { MeasurementFile } from '../protocol/measurements';
import type { Measuring } from '../protocol/measuring';
import { ownWorkload } from './board/own-workload';
import type { SessionListener } from './board/session';
import { checkTemplate, planLoads } from './board/workload';
import { measure } from './measure';
import type { MeasurementStore } from './measurement-store';
import type { Meter } from './meters/meter';
import { FileMeter } from './meters/meter-file';
import { StreamMeter } from './meters/meter-stream';

const ownWindowSeconds = 2;

export interface MeasuringContext {
  readonly listener: SessionListener;
  readonly signal: AbortSignal;
  /** Another configuration of ssh than the person's own. */
  readonly sshConfiguration?: string | undefined;
}

/**
 * Measures what a person asked for.
 * @param graph of the model.
 * @param board what its name stands for.
 * @throws Error with one sentence when nothing can be measured; nothing is kept then.
 */
export async function measureModel(
  store: MeasurementStore,
  measuring: Measuring,
  graph: LayerGraph,
  board: Board,
  { listener, signal, sshConfiguration }: MeasuringContext,
): Promise<MeasurementFile> {
  const { model, phases, precisions, layers, meter, ...how } = measuring;
  const given = measuring.workload ?? board.workload;
  const workload = given ?? (board.address === 'local' ? ownWorkload() : undefined);
  if (!workload) {
    throw new Error(
      'Say how the board runs one layer, with --workload or as “workload” of the board in .e2train/boards.json, such as "./run-layer {layer.json}".',
    );
  }
  checkTemplate(workload);
  return measure(
    store,
    {
      ...how,
      // Our own workload takes less than a millisecond for many a layer, and repeats it as it is told.
      ...(given === undefined && how.windowSeconds === 0 && how.executions === 1 && { windowSeconds: ownWindowSeconds }),
      address: board.address,
      port: board.port,
      sshConfiguration,
      root: board.root ?? '',
      rails: measuring.rails ?? board.rails,
      clockMHz: board.clockMHz,
      workload,
      tasks: planLoads(graph, { phases, precisions, ...(layers && { layers }) }),
      network:
        model.kind === 'builtin'
          ? { name: model.name }
          : { name: basename(model.path), file: model.path, ...(model.exportName && { exportName: model.exportName }) },
      ...(meter !== undefined && { meter: meterOf(meter) }),
    },
    listener,
    signal,
  );
}

/** A plain file is read when all was measured; anything else tells as it goes. */
function meterOf(meter: string): Meter {
  if (meter === '-') return new StreamMeter(process.stdin);
  const found = statSync(meter, { throwIfNoEntry: false });
  return !found || found.isFile() ? new FileMeter(meter) : new StreamMeter(meter);
}
