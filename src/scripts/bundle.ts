import { existsSync } from 'node:fs';
import { type BuildOptions, build } from 'esbuild';
import { writeProfileSchema } from './profile-schema';

/** Bundles what runs in Node and in webviews into `dist/`; each entry is one process, thread or page. The schema of profile files goes there too. */

const production = process.argv.includes('--production');

const shared: BuildOptions = {
  bundle: true,
  outdir: 'dist',
  sourcemap: production ? false : 'linked',
  minify: production,
  logLevel: 'warning',
  legalComments: 'none',
};

/** Entries by the name of their bundle. `builtFile('NAME.js')` finds them at run time. */
const nodeEntries = {
  extension: 'src/extension/extension.ts',
  backend: 'src/backend/main.ts',
  trainer: 'src/backend/trainer-process.ts',
  inspection: 'src/inspection/inspection-process.ts',
  cli: 'src/cli/main.ts',
  'kernel-thread': 'src/engine/local/kernel-thread.ts',
  'meter-thread': 'src/measurement/host/meter-thread.ts',
  'batch-thread': 'src/datasets/batch-thread.ts',
};
const webviewEntries = { dashboard: 'webview-ui/dashboard/dashboard.ts', savers: 'webview-ui/savers/savers.ts' };

const present = (entries: Record<string, string>) => Object.fromEntries(Object.entries(entries).filter(([, file]) => existsSync(file)));

async function bundle(): Promise<void> {
  await Promise.all([
    build({
      ...shared,
      entryPoints: present(nodeEntries),
      platform: 'node',
      target: 'node20',
      format: 'cjs',
      // TensorFlow.js asks for node-fetch where Node has no fetch of its own, which was before Node 18; it is 300 KB with its tables.
      external: ['vscode', '@tensorflow/tfjs-node', 'bufferutil', 'utf-8-validate', 'node-fetch'],
    }),
    build({
      ...shared,
      entryPoints: present(webviewEntries),
      outdir: 'dist/webview',
      platform: 'browser',
      target: 'chrome128',
      format: 'iife',
      loader: { '.ttf': 'file', '.svg': 'text' },
    }),
  ]);
  writeProfileSchema('dist');
}

void bundle();
