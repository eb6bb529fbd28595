export interface Declaration {
  readonly name: string;
  /** From 1. */
  readonly line: number;
  readonly column: number;
}

const single =
  /^([ \t]*)(?:export\s+)?(?:default\s+)?(?:declare\s+)?(?:const|let|var|async\s+function\s*\*?|function\s*\*?|class)\s+([A-Za-z_$][\w$]*)/gm;
const destructured = /^([ \t]*)(?:export\s+)?(?:const|let|var)\s*[{[]([^}\]=]*)[}\]]\s*=/gm;
const reserved = new Set([
  'undefined',
  'default',
  'arguments',
  'eval',
  'this',
  'null',
  'true',
  'false',
  'await',
  'yield',
  'let',
  'static',
  'of',
]);

/**
 * Names that a source declares, outermost first. It reads lines and does not parse: a name of an inner scope may be among them, so who
 * asks for a name's value must be ready for there being none.
 */
export function declaredNames(text: string): Declaration[] {
  const found: (Declaration & { indentation: number })[] = [];
  const note = (name: string, indentation: number, index: number) => {
    const before = text.slice(0, index);
    const line = before.split('\n').length;
    if (!reserved.has(name)) found.push({ name, line, column: index - before.lastIndexOf('\n'), indentation });
  };
  for (const match of text.matchAll(single)) note(match[2]!, match[1]!.length, match.index + match[1]!.length);
  for (const match of text.matchAll(destructured)) {
    for (const part of match[2]!.split(',')) {
      const name = /([A-Za-z_$][\w$]*)\s*$/.exec(part.trim())?.[1];
      if (name) note(name, match[1]!.length, match.index + match[1]!.length);
    }
  }
  found.sort((a, b) => a.indentation - b.indentation || a.line - b.line);
  const first = new Map<string, Declaration>();
  for (const { name, line, column } of found) if (!first.has(name)) first.set(name, { name, line, column });
  return [...first.values()];
}

const escaped = (name: string) => name.replaceAll('$', '\\$');

/** Where a name is exported, for exports that are not declared in place (`export default …`, `exports.a =`, `export { a }`). */
export function exportStatement(text: string, exportName: string): { line: number; column: number } {
  const name = escaped(exportName);
  const patterns =
    exportName === 'default'
      ? [/^[ \t]*(export\s+default\b)/m, /(module\.exports\s*=)/, /^[ \t]*(export\s*\{[^}]*\bdefault\b)/m]
      : [
          new RegExp(`(?:module\\.)?(exports\\.${name}\\s*=)`),
          new RegExp(`^[ \\t]*(export\\s*(?:type\\s*)?\\{[^}]*\\b${name}\\b)`, 'm'),
          new RegExp(`(module\\.exports\\s*=\\s*\\{[^}]*\\b${name}\\b)`),
          /^[ \t]*(export\s*\*)/m,
        ];
  for (const pattern of patterns) {
    const match = pattern.exec(text);
    if (!match) continue;
    const lineBreaks = text.slice(0, match.index + match[0].length).split('\n');
    const start = text.slice(0, match.index).split('\n');
    const inPlace = exportName !== 'default' && match[1]!.includes('{');
    const last = lineBreaks.at(-1)!;
    if (inPlace) return { line: lineBreaks.length, column: Math.max(1, last.length - exportName.length + 1) };
    return { line: start.length, column: match[0].length - match[1]!.length + start.at(-1)!.length + 1 };
  }
  return { line: 1, column: 1 };
}
