import { InputShapeNeededError, TopologyError, UnknownLayerError } from '../network/network-errors';
import type { InspectionProblem } from '../protocol/inspection';
import { type OwnSources, ownThrowSite } from './call-sites';
import { InspectionError, inputShapeNeededSentence } from './problems';
import { SourceSyntaxError } from './transform-source';

/** tf.layers says so in several ways when a size that it needs was left open. */
const openInput = /not fully defined|must get an `?inputShape|cannot infer|should be defined\. Found/i;

const sentence = (text: string) => (/[.!?]$/.test(text) ? text : `${text}.`);

/** One sentence, and the person's line, for whatever was thrown while a model was loaded, built or read. */
export function describeProblem(thrown: unknown, own: OwnSources, inputLeftOpen: boolean): InspectionProblem {
  if (thrown instanceof SourceSyntaxError) {
    return { code: thrown.code, message: thrown.message, source: { file: thrown.file, ...thrown.position } };
  }
  const { name, message, stack } = asError(thrown);
  const source = ownThrowSite(own, stack);
  const place = source ? { source } : {};
  if (thrown instanceof InspectionError) return { code: thrown.code, message, ...place };
  if (thrown instanceof UnknownLayerError) return { code: 'unknown-layer', message, ...place };
  if (thrown instanceof InputShapeNeededError || (inputLeftOpen && openInput.test(message))) {
    const what = thrown instanceof InputShapeNeededError ? `The model “${thrown.modelName}”` : 'A model';
    return { code: 'input-shape-needed', message: inputShapeNeededSentence(what), ...place };
  }
  if (thrown instanceof TopologyError) return { code: 'threw', message, ...place };
  if (name === 'SyntaxError' && source) return { code: 'syntax-error', message: sentence(`Syntax error: ${message}`), ...place };
  return { code: 'threw', message: sentence(`The file throws ${name}: ${message}`), ...place };
}

/** Errors of the sandbox are not instances of our `Error`. */
function asError(thrown: unknown): { name: string; message: string; stack: string } {
  if (typeof thrown !== 'object' || thrown === null) return { name: 'a value', message: String(thrown), stack: '' };
  const { name, message, stack } = thrown as Partial<Error>;
  return { name: String(name ?? 'Error'), message: String(message ?? 'without a message'), stack: String(stack ?? '') };
}
