import { installWorkbench, WorkbenchUnavailable, workbenchVersion } from './workbench/install';

/** `npm run workbench:install`: a real VS Code and a browser into the cache folder, for the end-to-end tests. Quick where they are there. */

try {
  console.log(`VS Code (code-server ${workbenchVersion(installWorkbench())}) is ready.`);
} catch (error) {
  if (!(error instanceof WorkbenchUnavailable)) throw error;
  console.error(`workbench:install: ${error.message}.`);
  process.exit(1);
}
