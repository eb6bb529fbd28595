import type * as z from 'zod';

/** Names the field at a path to a person: `--batch`, or `The batch size`. */
export type FieldName = (path: readonly PropertyKey[]) => string;

/**
 * One sentence for a value that a schema refused: which field, what it must be, what it was.
 * @param input what was given to the schema.
 */
export function issueInWords(issue: z.core.$ZodIssue, input: unknown, nameOf: FieldName = fieldInWords): string {
  const name = nameOf(issue.path);
  const given = issue.path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key], input);
  if (issue.code === 'unrecognized_keys') return `${name} has fields that are not known: ${issue.keys.join(', ')}.`;
  const rule = ruleInWords(issue);
  if (issue.code === 'custom') return `${name} must be ${rule}.`;
  if (given !== undefined) return `${name} must be ${rule}, not ${valueInWords(given)}.`;
  return `${name} is missing: it must be ${rule}.`;
}

/** All that a schema refused, one sentence for each value: the narrowest limit where a value breaks several. */
export function issuesInWords(issues: readonly z.core.$ZodIssue[], input: unknown, nameOf?: FieldName): string {
  const byPlace = new Map(issues.map((issue) => [issue.path.join('.'), issueInWords(issue, input, nameOf)]));
  return [...byPlace.values()].join(' ');
}

/** The last named field of a path in words: `batchSize` is “The batch size”. */
export function fieldInWords(path: readonly PropertyKey[]): string {
  const field = path.findLast((key) => typeof key === 'string') as string | undefined;
  if (field === undefined) return 'The value';
  if (field === 'enabled') return `The switch for ${saverNames[String(path.at(-2))] ?? 'a saver'}`;
  return fieldNames[field] ?? `The ${field.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)}`;
}

/** Fields whose name alone would not make a sentence. */
const fieldNames: Readonly<Record<string, string>> = {
  augment: 'The switch for augmentation',
  iterations: 'The number of iterations',
  name: 'The name of the built-in network',
  threads: 'The number of threads',
};

const saverNames: Readonly<Record<string, string>> = { smd: 'SMD', slu: 'SLU', stochasticDepth: 'stochastic depth', swa: 'SWA' };

function ruleInWords(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'too_small':
      if (issue.origin === 'string' || issue.origin === 'array') return `of length ${issue.minimum} at least`;
      return `${issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}`;
    case 'too_big':
      if (issue.origin === 'string' || issue.origin === 'array') return `of length ${issue.maximum} at most`;
      return `${issue.inclusive === false ? 'less than' : 'at most'} ${issue.maximum}`;
    case 'invalid_type':
      return typesInWords[issue.expected] ?? `of type ${issue.expected}`;
    case 'invalid_value':
      return choiceInWords(issue.values.map((value) => String(value)));
    case 'invalid_union':
      return 'one of the forms that are known';
    default:
      return issue.message;
  }
}

const typesInWords: Readonly<Record<string, string>> = {
  int: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  string: 'a text',
  array: 'a list',
  object: 'an object',
};

function choiceInWords(values: readonly string[]): string {
  return values.length < 2 ? values.join() : `${values.slice(0, -1).join(', ')} or ${values.at(-1)}`;
}

/** Enough of a value to recognise it. */
function valueInWords(value: unknown): string {
  if (typeof value === 'string') return `“${shortened(value)}”`;
  if (typeof value === 'number') return String(value);
  return shortened(JSON.stringify(value) ?? typeof value);
}

const shortened = (text: string) => (text.length > 60 ? `${text.slice(0, 59)}…` : text);
