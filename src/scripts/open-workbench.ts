import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installWorkbench, WorkbenchUnavailable, workbenchVersion } from './workbench/install';
import { startWorkbenchServer } from './workbench/server';

/** `npm run workbench`: the sample project in a real VS Code with the extension loaded, until Ctrl-C. */

const project = join(__dirname, '..', '..');

async function openWorkbench(): Promise<void> {
  const workbench = installWorkbench();
  if (spawnSync('npm', ['run', '--silent', 'package'], { cwd: project, stdio: ['ignore', 2, 2] }).status !== 0) process.exit(1);
  const { name, version } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8')) as { name: string; version: string };
  const directory = mkdtempSync(join(tmpdir(), 'e2-train-workbench-'));
  const folder = join(directory, 'sample');
  cpSync(join(project, 'test', 'workspaces', 'sample'), folder, { recursive: true });
  const server = await startWorkbenchServer({ workbench, directory, vsix: join(project, `${name}-${version}.vsix`) });
  console.log(`VS Code (code-server ${workbenchVersion(workbench)}) with E2-Train: ${server.address(folder)}`);
  console.log('Ctrl-C ends it.');
  const stop = async () => {
    await server.stop();
    rmSync(directory, { recursive: true, force: true });
    process.exit(0);
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}

openWorkbench().catch((error: unknown) => {
  console.error(error instanceof WorkbenchUnavailable ? `The workbench cannot be opened: ${error.message}.` : error);
  process.exit(1);
});
