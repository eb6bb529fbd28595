import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installSshServer } from './ssh-server';
import { installWorkbench, WorkbenchUnavailable } from './workbench/install';

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

/** The second engine is tested for real where TensorFlow's library can be had; elsewhere its tests are not run, and on CI that is a failure. */
function prepareTensorflow(): void {
  console.log('\n— npm run engine:tensorflow');
  const ok = spawnSync('npm', ['run', '--silent', 'engine:tensorflow'], { cwd: project, stdio: ['ignore', 1, 2] }).status === 0;
  if (ok) {
    passed++;
    return;
  }
  console.log('Tests of the TensorFlow engine: not run, because it could not be set up; the reason stands above.');
  process.env.E2TRAIN_WITHOUT_TENSORFLOW = '1';
  if (process.env.CI) failed++;
}

/** Measuring on a board is tested over a real ssh server; where it cannot be had those tests are not run, and on CI that is a failure. */
function prepareSshServer(): void {
  const problem = installSshServer();
  if (problem === undefined) return;
  console.log(`Tests of measuring on a board: not run, because ${problem}.`);
  process.env.E2TRAIN_WITHOUT_SSH_SERVER = '1';
  if (process.env.CI) failed++;
}

/** Python models are tested with PyTorch and Keras where these can be had; elsewhere their tests are not run, and on CI that is a failure. */
function preparePythonLibraries(): void {
  console.log('\n— npm run python:libraries');
  if (spawnSync('npm', ['run', '--silent', 'python:libraries'], { cwd: project, stdio: ['ignore', 1, 2] }).status === 0) {
    passed++;
    return;
  }
  console.log('Tests of Python models: not run, because their libraries could not be installed; the reason stands above.');
  process.env.E2TRAIN_WITHOUT_PYTHON = '1';
  if (process.env.CI) failed++;
}

/** The end-to-end tests need a real VS Code; where it cannot be had they are not run, and on CI that is a failure. */
function endToEnd(): void {
  try {
    console.log('\n— preparing the workbench');
    installWorkbench();
  } catch (error) {
    if (!(error instanceof WorkbenchUnavailable)) throw error;
    console.log(`End-to-end tests: not run, because ${error.message}.`);
    if (process.env.CI) failed++;
    return;
  }
  suite('test:e2e');
}

check('check:lint');
check('check:types');
check('check:imports');
prepareTensorflow();
prepareSshServer();
preparePythonLibraries();
suite('test:unit');
check('check:kernels');
check('package');
endToEnd();
rmSync(scratch, { recursive: true, force: true });
console.log(`\n${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
