type Properties<T> = { [K in keyof Omit<T, 'attributes'>]?: T[K] } & { attributes?: Record<string, string> };

/** Makes an element with properties, attributes and children. */
export function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  options: Properties<HTMLElementTagNameMap[K]> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const { attributes, ...properties } = options;
  const made = Object.assign(document.createElement(name), properties);
  for (const [attribute, value] of Object.entries<string>(attributes ?? {})) made.setAttribute(attribute, value);
  made.append(...children);
  return made;
}

/** Sets text only where it differs, so that selections and screen readers are left in peace. */
export function setText(target: HTMLElement, text: string): void {
  if (target.textContent !== text) target.textContent = text;
}
