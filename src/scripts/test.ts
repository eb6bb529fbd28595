import { spawn, spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installSshServer } from './ssh-server';

/** `npm test`, after set-up: every check of the project, counted in one closing line. */

const project = join(__dirname, '..', '..');
const scratch = mkdtempSync(join(tmpdir(), 'e2-train-test-'));
let passed = 0;
let failed = 0;

/** A check that passes or fails as a whole. */
function check(script: string): void {
  console.log(`\n— npm run ${script}`);
  const ok = spawnSync('npm', ['run', '--silent', script], { cwd: project, stdio: ['ignore', 1, 2] }).status === 0;
  if (ok) passed++;
  else failed++;
}

/** A vitest suite, counted test by test. A suite that ends without a report, or holds a skipped test, has failed. */
function suite(script: string): void {
  console.log(`\n— npm run ${script}`);
  const report = join(scratch, `${script.replace(':', '-')}.json`);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile=${report}`];
  const { status } = spawnSync('npm', ['run', '--silent', script, '--', ...reporters], { cwd: project, stdio: ['ignore', 1, 2] });
  const counts = readReport(report);
  passed += counts.passed;
  failed += counts.failed;
  if (status !== 0 && counts.failed === 0) failed++;
}

function readReport(file: string): { passed: number; failed: number } {
  try {
    const report = JSON.parse(readFileSync(file, 'utf8')) as { numPassedTests: number; numFailedTests: number; numPendingTests: number };
    return { passed: report.numPassedTests, failed: report.numFailedTests + report.numPendingTests };
  } catch {
    return { passed: 0, failed: 1 };
  }
}

/**
 * Starts what takes long because it downloads, while checks compute. `done` says how it went, prints what it said, and is to be awaited
 * before the tests that need it.
 */
function inBackground(script: string): { done(): Promise<boolean> } {
  // Into a file: nobody reads a pipe while a check runs.
  const output = join(scratch, `${script.replace(':', '-')}.txt`);
  const file = openSync(output, 'w');
  const child = spawn('npm', ['run', '--silent', script], { cwd: project, stdio: ['ignore', file, file] });
  closeSync(file);
  const ended = new Promise<boolean>((resolve) => {
    child.on('error', () => resolve(false));
    child.on('close', (code) => resolve(code === 0));
  });
  return {
    async done() {
      const ok = await ended;
      console.log(`\n— npm run ${script}\n${readFileSync(output, 'utf8').trimEnd()}`);
      return ok;
    },
  };
}

/**
 * Some tests need what not every machine can have. Where it cannot be had they are not run, and on CI that is a failure.
 * @param leaveOut the variable by which the test configurations leave them out.
 */
function prepared(ok: boolean, tests: string, leaveOut?: string): boolean {
  if (ok) passed++;
  else {
    console.log(`${tests}: not run, because what they need could not be set up; the reason stands above.`);
    if (leaveOut) process.env[leaveOut] = '1';
    if (process.env.CI) failed++;
  }
  return ok;
}

async function main(): Promise<void> {
  // First, since it is quick and two installations by apt at once would be in each other's way.
  const problem = installSshServer();
  if (problem !== undefined) console.log(problem);
  prepared(problem === undefined, 'Tests of measuring on a board', 'E2TRAIN_WITHOUT_SSH_SERVER');
  const pythonLibraries = inBackground('python:libraries');
  const tensorflow = inBackground('engine:tensorflow');
  const workbench = inBackground('workbench:install');
  check('check:lint');
  check('check:types');
  check('check:imports');
  prepared(await tensorflow.done(), 'Tests of the TensorFlow engine', 'E2TRAIN_WITHOUT_TENSORFLOW');
  prepared(await pythonLibraries.done(), 'Tests of Python models', 'E2TRAIN_WITHOUT_PYTHON');
  suite('test:unit');
  check('check:kernels');
  check('package');
  if (prepared(await workbench.done(), 'End-to-end tests')) suite('test:e2e');
  rmSync(scratch, { recursive: true, force: true });
  console.log(`\n${passed} passed, ${failed} failed`);
  process.exit(failed === 0 ? 0 : 1);
}

void main();
