type Argument = string | number;
type Translator = (message: string, ...values: Argument[]) => string;

const inEnglish: Translator = (message, ...values) => message.replace(/\{(\d+)\}/g, (_, index) => String(values[Number(index)] ?? ''));

let translate = inEnglish;

/** Puts VS Code's translations behind `localize`; without it texts are English, as in tests of the parts that know nothing of VS Code. */
export function useTranslator(translator: Translator): void {
  translate = translator;
}

/** A text for people in the editor's language; `{0}`, `{1}` stand for the values. */
export const localize: Translator = (message, ...values) => translate(message, ...values);
