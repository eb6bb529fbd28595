import { Worker } from 'node:worker_threads';

const watch = `
const { workerData: parent } = require('node:worker_threads');
setInterval(() => {
  let alive = process.ppid === parent;
  try { process.kill(parent, 0); } catch { alive = false; }
  if (!alive) process.kill(process.pid, 'SIGKILL');
}, 1000);
`;

/**
 * Ends this process when its parent is gone, also while a model file loops without end and no event of this thread would ever come: a
 * killed backend leaves no process behind that burns a core.
 */
export function endWithParent(): void {
  new Worker(watch, { eval: true, workerData: process.ppid, resourceLimits: { maxOldGenerationSizeMb: 16 } }).unref();
}
