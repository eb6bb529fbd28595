/** Which documents are looked at for models: a cheap test on the text, so that nothing is inspected in files that have none. */

export interface DocumentFacts {
  readonly scheme: string;
  readonly languageId: string;
  readonly text: string;
}

export const modelLanguages = ['typescript', 'javascript', 'typescriptreact', 'javascriptreact', 'python'] as const;

/** Where documents with models can be: files on disk; not untitled ones, nor what version control shows. */
export const modelDocuments = modelLanguages.map((language) => ({ scheme: 'file', language }));

const makesLayers = /\b(tf|tfl)\s*\.\s*(layers|sequential|model|input)\b|\blayers\s*\.\s*\w+\(|\bsequential\(|e2train:/;
const mentionsTensorFlow = /tensorflow|tf\.layers|e2train:/;

const makesPythonModels =
  /\bnn\s*\.\s*(Module|Sequential)\b|\bkeras\s*\.\s*(Model|Sequential|Input)\b|\bkeras\.layers\b|\blayers\s*\.\s*[A-Z]\w*\(|e2train:/;
const importsPythonLibrary = /^\s*(?:import|from)\s+(?:torch|torchvision|timm|keras|tensorflow)\b|e2train:/m;

export function mayHoldModel({ scheme, languageId, text }: DocumentFacts): boolean {
  if (scheme !== 'file' || !(modelLanguages as readonly string[]).includes(languageId)) return false;
  return (languageId === 'python' ? importsPythonLibrary : mentionsTensorFlow).test(text);
}

/** Whether the text makes layers itself. Only then is a problem shown at the file: one that merely loads a library is left in peace. */
export const mentionsLayers = (text: string, languageId: string): boolean =>
  (languageId === 'python' ? makesPythonModels : makesLayers).test(text);
