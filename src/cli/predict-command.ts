import { formatShare } from '../energy/format';
import { describeModel, predictImages } from '../training/predict';
import { fitImage } from './fit-image';
import { readImage } from './read-image';
import { openRun } from './runs-command';
import { textTable } from './text-table';

/** Classes shown beside each image, most probable first. */
const shownClasses = 3;

/**
 * `e2train predict`: what a run's model takes images for.
 * @throws Error with one sentence when the run has no finished model or an image cannot be read.
 */
export async function predict(runId: string, images: readonly string[], options: { readonly json?: boolean }): Promise<void> {
  const { directory } = openRun(runId);
  const { inputShape, classes } = await describeModel(directory);
  const predictions = await predictImages(
    directory,
    images.map((path) => fitImage(readImage(path), inputShape)),
  );
  const rows = predictions.map(({ probabilities }, index) => ({ image: images[index]!, classes: ranked(probabilities, classes) }));
  if (options.json) {
    console.log(JSON.stringify(rows, null, 2));
    return;
  }
  const columns = [{ title: 'image' }, { title: 'class' }, { title: 'probability', align: 'right' }, { title: 'else' }] as const;
  const cells = rows.map(({ image, classes: [first, ...others] }) => [
    image,
    first!.name,
    formatShare(first!.probability),
    others.map(({ name, probability }) => `${name} ${formatShare(probability)}`).join(', '),
  ]);
  console.log(textTable(columns, cells));
}

function ranked(probabilities: Float32Array, classes: readonly string[]): { name: string; probability: number }[] {
  return [...probabilities]
    .map((probability, index) => ({ name: classes[index] ?? `class ${index}`, probability }))
    .sort((a, b) => b.probability - a.probability)
    .slice(0, shownClasses);
}
