import type { WebSocket } from 'ws';
import { Inspector } from '../inspection/inspector';
import { protocolVersion } from '../protocol/messages';
import { RunStore } from '../runs/run-store';
import { readBackendOptions } from './backend-options';
import { createHandlers } from './handlers';
import { InspectionCache } from './inspection-cache';
import { describe, logToParent, tellParent } from './log';
import { MeasuringManager } from './measuring-manager';
import { RunManager } from './run-manager';
import { Session } from './session';
import { listen } from './socket-server';
import { createToken } from './token';

/**
 * Entry of the training backend: `fork('backend.js', ['--workspace', DIR])`. It listens on the loopback interface, tells its parent
 * where over IPC, and ends when the parent closes the channel. Standard output stays quiet.
 */

async function serve(): Promise<void> {
  const { workspace, port, inspection, trainerEntry } = readBackendOptions(process.argv.slice(2));
  const token = createToken();
  const sessions = new Set<Session>();
  const each = (tell: (session: Session) => void) => {
    for (const session of sessions) tell(session);
  };
  const runs = new RunManager({
    store: new RunStore(workspace),
    workspace,
    trainerEntry,
    log: logToParent,
    listener: {
      onChanged: (summary) => each((session) => session.notifyChanged(summary)),
      onGrown: (runId) => each((session) => session.notifyGrown(runId)),
      onDeleted: (runId) => each((session) => session.notifyDeleted(runId)),
    },
  });
  const measuring = new MeasuringManager(
    workspace,
    {
      onProgress: (progress) => each((session) => session.notify('measurements/progress', progress)),
      onRow: (row) => each((session) => session.notify('measurements/row', row)),
      onEnded: (ending) => each((session) => session.notify('measurements/ended', ending)),
      onFilesChanged: () => each((session) => session.notify('measurements/changed', {})),
    },
    logToParent,
  );
  const inspector = new Inspector(inspection);
  const handlers = createHandlers({ token, workspace, inspections: new InspectionCache(inspector), runs, measuring });
  const onConnection = (socket: WebSocket) => {
    const session = new Session(socket, handlers, logToParent, () => sessions.delete(session));
    sessions.add(session);
  };
  const server = await listen(onConnection, { port });

  let ending = false;
  const end = async (why: string) => {
    if (ending) return;
    ending = true;
    logToParent('info', `The training backend ends: ${why}.`);
    await Promise.all([runs.close(), measuring.close()]);
    inspector.dispose();
    await server.close();
    process.exit(0);
  };
  process.once('disconnect', () => void end('its window closed'));
  process.on('SIGTERM', () => void end('SIGTERM'));
  process.on('SIGINT', () => void end('SIGINT'));
  logToParent('info', `The training backend listens on port ${server.port} for ${workspace}.`);
  tellParent({ type: 'ready', port: server.port, token, pid: process.pid, protocolVersion });
}

process.on('unhandledRejection', (error) => logToParent('error', `Unexpected: ${describe(error)}`));
serve().catch((error: unknown) => {
  const message = error instanceof Error ? error.message : String(error);
  tellParent({ type: 'failed', message });
  process.stderr.write(`${message}\n`, () => process.exit(1));
});
