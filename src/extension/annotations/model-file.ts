/** Which documents are looked at for models: a cheap test on the text, so that nothing is inspected in files that have none. */

export interface DocumentFacts {
  readonly scheme: string;
  readonly languageId: string;
  readonly text: string;
}

export const modelLanguages = ['typescript', 'javascript', 'typescriptreact', 'javascriptreact'] as const;

/** Where documents with models can be: files on disk; not untitled ones, nor what version control shows. */
export const modelDocuments = modelLanguages.map((language) => ({ scheme: 'file', language }));

const makesLayers = /\b(tf|tfl)\s*\.\s*(layers|sequential|model|input)\b|\blayers\s*\.\s*\w+\(|\bsequential\(|e2train:/;
const mentionsTensorFlow = /tensorflow|tf\.layers|e2train:/;

export function mayHoldModel({ scheme, languageId, text }: DocumentFacts): boolean {
  return scheme === 'file' && (modelLanguages as readonly string[]).includes(languageId) && mentionsTensorFlow.test(text);
}

/** Whether the text makes layers itself. Only then is a problem shown at the file: one that merely loads TensorFlow.js is left in peace. */
export const mentionsLayers = (text: string): boolean => makesLayers.test(text);
