import { pythonWithModelLibraries } from './peers/pytorch';
import { runScript } from './run-script';

/** `npm run python:libraries`: PyTorch and Keras from PyPI into the cache folder, for the tests of Python models. Quick where they are there. */

void runScript(() => console.log(`PyTorch and Keras are ready for ${pythonWithModelLibraries()}.`), 'python:libraries');
