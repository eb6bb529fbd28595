import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** Does something while other processes take so many cores away, at moments that nobody chose. */
export async function whileCoresAreBusy<T>(cores: number, work: () => Promise<T>): Promise<T> {
  const busy = Array.from({ length: cores }, () =>
    spawn(process.execPath, ['-e', "process.send('busy', () => { for (;;); })"], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] }),
  );
  try {
    await Promise.all(busy.map((child) => once(child, 'message')));
    return await work();
  } finally {
    const ended = busy.map((child) => once(child, 'exit'));
    for (const child of busy) child.kill('SIGKILL');
    await Promise.all(ended);
  }
}
