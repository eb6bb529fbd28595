/** Colours of the charts by what they are for; values are VS Code's theme variables, first one set wins. */
const variables = {
  foreground: ['--vscode-foreground', '--vscode-editor-foreground'],
  muted: ['--vscode-descriptionForeground', '--vscode-foreground'],
  background: ['--vscode-editor-background'],
  grid: ['--vscode-charts-lines', '--vscode-foreground'],
  blue: ['--vscode-charts-blue', '--vscode-foreground'],
  orange: ['--vscode-charts-orange', '--vscode-foreground'],
  green: ['--vscode-charts-green', '--vscode-foreground'],
  purple: ['--vscode-charts-purple', '--vscode-foreground'],
  yellow: ['--vscode-charts-yellow', '--vscode-foreground'],
  red: ['--vscode-charts-red', '--vscode-foreground'],
  tooltipBackground: ['--vscode-editorHoverWidget-background', '--vscode-editor-background'],
  tooltipForeground: ['--vscode-editorHoverWidget-foreground', '--vscode-foreground'],
  tooltipBorder: ['--vscode-editorHoverWidget-border', '--vscode-contrastBorder', '--vscode-foreground'],
} as const;
export type ColourName = keyof typeof variables;

export interface Theme {
  readonly colours: Readonly<Record<ColourName, string>>;
  readonly fontFamily: string;
  /** In pixels. */
  readonly fontSize: number;
  readonly highContrast: boolean;
}

/** The theme that the page has now. */
export function readTheme(): Theme {
  const style = getComputedStyle(document.body);
  const firstSet = (names: readonly string[]) => names.map((name) => style.getPropertyValue(name).trim()).find(Boolean) ?? style.color;
  const colours = Object.fromEntries(Object.entries(variables).map(([name, names]) => [name, firstSet(names)]));
  return {
    colours: colours as Record<ColourName, string>,
    fontFamily: style.fontFamily,
    fontSize: Number.parseFloat(style.fontSize),
    highContrast:
      document.body.classList.contains('vscode-high-contrast') || document.body.classList.contains('vscode-high-contrast-light'),
  };
}

/** Calls back when the person changes the theme: VS Code then changes the body's class and the variables on the root element. */
export function onThemeChange(listener: () => void): void {
  const observer = new MutationObserver(listener);
  observer.observe(document.body, { attributes: true, attributeFilter: ['class', 'data-vscode-theme-id'] });
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['style'] });
}
