import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'vitest';
import type { Session } from './session';
import type { WorkbenchPage } from './workbench-page';

const logLines = 30;
const columns = 180;

/**
 * After a test that failed: a picture of its window, and in the report what the extension logged and which processes there were. A failure on
 * a machine that nobody can look at has nothing else to be explained by.
 * @throws Error that holds these, when the test failed.
 */
export async function tellFailure({ task }: TestContext, session: Session | undefined, window: WorkbenchPage | undefined): Promise<void> {
  if (task.result?.state !== 'fail') return;
  // A page that is gone is no reason to keep quiet about the rest.
  await window?.screenshot(`failed-${task.name}`).catch(() => undefined);
  if (session) throw new Error(`After the failure of “${task.name}”\n${logs(session.directory)}\n${processes()}`);
}

function logs(directory: string): string {
  const folder = join(directory, 'data', 'logs');
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('E2-Train.log'))
    .map((name) => {
      const text = readFileSync(join(folder, name), 'utf8').trimEnd();
      return `${name}:\n${text.split('\n').slice(-logLines).join('\n')}`;
    })
    .join('\n');
}

function processes(): string {
  const { stdout } = spawnSync('ps', ['-eo', 'pid,ppid,stat,pcpu,rss,etimes,args', '--sort=-pcpu'], { encoding: 'utf8' });
  const [head = 'no ps here', ...rows] = (stdout ?? '').split('\n');
  const told = rows.filter((row) => /e2-train|python|code-server/.test(row) && !row.includes('chrom'));
  return [head, ...told].map((row) => row.slice(0, columns)).join('\n');
}
