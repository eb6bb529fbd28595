import { availableParallelism } from 'node:os';
import { findDeviceProfile } from '../energy/device-profile';
import { listEngines } from '../engine/list-engines';
import { productVersion } from '../platform/product-version';
import { closeCodes, errorCodes, protocolVersion } from '../protocol/messages';
import { RpcError } from '../protocol/rpc';
import { OwnProfiles } from '../runs/own-profiles';
import { runTitle } from '../runs/run-title';
import type { InspectionCache } from './inspection-cache';
import type { MeasuringManager } from './measuring-manager';
import { type Handlers, sentenceInstead } from './rpc-server';
import type { RunManager } from './run-manager';
import { fileModelToTrain, graphOfFileModel } from './run-model';
import type { Session } from './session';
import { sameToken } from './token';

export interface Services {
  token: string;
  workspace: string;
  inspections: InspectionCache;
  runs: RunManager;
  measuring: MeasuringManager;
}

/** What the backend does for each method of the protocol. */
export function createHandlers({ token, workspace, inspections, runs, measuring: sessions }: Services): Handlers<Session> {
  let engines: ReturnType<typeof listEngines> | undefined;
  const inspect = inspections.inspect.bind(inspections);
  return {
    authenticate(given, session) {
      if (!sameToken(given.token, token)) {
        session.close(closeCodes.unauthorized, 'Wrong token.');
        throw new RpcError(errorCodes.unauthorized, 'The token is wrong: reconnect with that of the running training backend.');
      }
      if (given.protocolVersion !== protocolVersion) {
        session.close(closeCodes.otherProtocol, 'Another protocol version.');
        const sentence = `This window speaks version ${given.protocolVersion} of the protocol and the training backend version ${protocolVersion}: reload the window.`;
        throw new RpcError(errorCodes.refused, sentence);
      }
      session.accept(given.client);
      return { version: productVersion, workspace, pid: process.pid };
    },
    inspect,
    'runs/list': () => runs.list(),
    async 'runs/start'({ configuration }) {
      const { model, deviceProfile } = configuration;
      const profile = sentenceInstead(() => findDeviceProfile(deviceProfile, new OwnProfiles(workspace).read()));
      const anew = inspections.inspectAnew.bind(inspections);
      const found = model.kind === 'file' ? await fileModelToTrain(model, workspace, inspect, anew) : undefined;
      return { runId: runs.start(configuration, runTitle(configuration), profile, found) };
    },
    'runs/deviceProfile': ({ runId }) => runs.profile(runId),
    'runs/stop'({ runId }) {
      runs.stop(runId);
      return {};
    },
    'runs/resume'({ runId }) {
      runs.resume(runId);
      return {};
    },
    'runs/tune'({ runId, tuning }) {
      runs.tune(runId, tuning);
      return {};
    },
    'runs/delete'({ runId }) {
      runs.delete(runId);
      return {};
    },
    'runs/subscribe'({ runId, after }, session) {
      const summary = runs.summary(runId);
      session.subscribe(summary, after, () => runs.summary(runId).lastSequence);
      return { summary };
    },
    'runs/unsubscribe'({ runId }, session) {
      session.unsubscribe(runId);
      return {};
    },
    'measurements/list': () => sessions.list(),
    async 'measurements/start'({ measuring }) {
      const { model } = measuring;
      const graph = model.kind === 'file' ? await graphOfFileModel(model, workspace, inspect) : undefined;
      return { sessionId: sessions.start(measuring, graph) };
    },
    'measurements/cancel'({ sessionId }) {
      sessions.cancel(sessionId);
      return {};
    },
    'boards/list': () => sessions.boards(),
    async environment() {
      // Asking starts each engine once, which costs; the answer stays true while the process lives.
      engines ??= listEngines();
      return { version: productVersion, node: process.version, cores: availableParallelism(), engines: await engines, protocolVersion };
    },
  };
}
