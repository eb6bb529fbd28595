import { dirname } from 'node:path';
import { inspectModelFile } from './inspect-model-file';
import type { FromInspectionProcess, ToInspectionProcess } from './inspection-messages';
import { endWithParent } from './parent-watch';
import { failedInspection } from './problems';
import { watchSharedState } from './shared-state';

/** Entry of the inspection process: one model file after the other, for as long as its parent keeps the channel open. */

const send = process.send!.bind(process) as (message: FromInspectionProcess) => void;

// Rejections and late errors of a model file's own promises and timers belong to nobody any more.
process.on('unhandledRejection', () => {});
process.on('uncaughtException', () => {});
process.on('disconnect', () => process.exit(0));

endWithParent();
const sharedStateChanged = watchSharedState();

process.on('message', (message: ToInspectionProcess) => {
  const { id, request } = message;
  const began = performance.now();
  try {
    process.chdir(dirname(request.file));
  } catch {
    // The folder is not there (a file that was never saved): the present one will do.
  }
  void inspectModelFile(request)
    .catch((error: Error) => {
      const problem = { code: 'process-failed', message: `Inspection failed: ${error.message}` } as const;
      return failedInspection(request, problem, { milliseconds: performance.now() - began });
    })
    .then((result) => send({ type: 'result', id, result, spent: sharedStateChanged() }));
});

send({ type: 'ready' });
