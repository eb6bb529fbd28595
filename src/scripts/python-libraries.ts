import { pythonWithModelLibraries } from './peers/pytorch';

/** `npm run python:libraries`: PyTorch and Keras from PyPI into the cache folder, for the tests of Python models. Quick where they are there. */

try {
  console.log(`PyTorch and Keras are ready for ${pythonWithModelLibraries()}.`);
} catch (error) {
  console.error(`python:libraries: ${(error as Error).message}`);
  process.exit(1);
}
