/** What calling a function without being asked for arguments comes to. */
export type Call =
  | { readonly kind: 'callable'; readonly values: readonly unknown[] }
  | { readonly kind: 'needs-arguments'; readonly names: string };

const tensorFlowParameter = /^(tf|tfjs|tensorflow|tensorFlow)\b/;

/** The parameter list of a function as it is written, without its parentheses. */
function parameterList(make: (...values: unknown[]) => unknown): string {
  const text = Function.prototype.toString.call(make);
  const open = text.indexOf('(');
  const arrow = text.indexOf('=>');
  if (open === -1 || (arrow !== -1 && arrow < open))
    return text
      .slice(0, arrow)
      .replace(/^async\s+/, '')
      .trim();
  let depth = 0;
  for (let index = open; index < text.length; index++) {
    if ('([{'.includes(text[index]!)) depth++;
    if (')]}'.includes(text[index]!) && --depth === 0) return text.slice(open + 1, index).trim();
  }
  return '';
}

/** With what an exported function is called: `tf` where it asks for it first, else nothing, provided that the rest has defaults. */
export function callWithDefaults(make: (...values: unknown[]) => unknown, tf: object): Call {
  const parameters = parameterList(make);
  const values = tensorFlowParameter.test(parameters) ? [tf] : [];
  if (make.length > values.length) return { kind: 'needs-arguments', names: parameters.replace(/\s+/g, ' ') };
  return { kind: 'callable', values };
}
