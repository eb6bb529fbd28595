import type { TrainingOptions } from './options';
import { train } from './train-command';

/** A ResNet that two ordinary cores train within a minute, with the simplest of the savers. */
const demonstration: TrainingOptions = { data: 'builtin', augment: true, iterations: 300, batch: 64, smd: 0.5, seed: 1 };
const network = 'resnet20';

/** `e2train demo`: the main job from one word. */
export async function demo(): Promise<void> {
  console.log(`Training ${network} on the built-in images of Fashion-MNIST, half of the mini-batches dropped at random (SMD).`);
  console.log('Energies are estimates (marked ~) for the device profile asic-45nm.\n');
  await train(network, demonstration);
}
