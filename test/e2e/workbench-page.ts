import { join } from 'node:path';
import type { Frame, Locator, Page } from 'playwright-core';
import { eventually } from './eventually';
import type { WorkspaceSettings } from './workspace-settings';

/** One window of VS Code in the browser, as a person sees and drives it. */
export class WorkbenchPage {
  constructor(
    readonly page: Page,
    private readonly screenshotFolder: string,
    private readonly settings: WorkspaceSettings,
  ) {}

  async ready(): Promise<void> {
    await this.page.locator('.monaco-workbench').waitFor({ timeout: 60_000 });
    await this.page.locator('.statusbar-item').first().waitFor({ timeout: 60_000 });
  }

  /** The window comes back as it was left, not with the file that it began with. */
  async reload(): Promise<void> {
    const address = new URL(this.page.url());
    address.searchParams.delete('payload');
    await this.page.goto(address.href, { waitUntil: 'domcontentloaded' });
    await this.ready();
  }

  /** Opens a file of the workspace by its name, through quick open. */
  async openFile(name: string): Promise<void> {
    await this.pickInQuickInput('Control+P', name, name);
    await this.page.locator('.monaco-editor .view-lines .view-line').first().waitFor();
  }

  /** Runs a command by its full title, through the command palette. */
  async runCommand(title: string): Promise<void> {
    await this.pickInQuickInput('F1', `>${title}`, title);
  }

  /** Shows the extension's views in the sidebar. */
  async showSidebar(): Promise<void> {
    const tab = this.page.locator('.activitybar .action-item', { has: this.page.locator('[aria-label="E2-Train"]') }).first();
    if (!(await tab.getAttribute('class'))?.includes('checked')) await tab.click();
  }

  /** Opens a quick input, types, and takes the first row that has the text; again where something else took the focus meanwhile. */
  private async pickInQuickInput(key: string, typed: string, row: string): Promise<void> {
    const input = this.page.locator('.quick-input-widget:visible input[type=text]');
    await eventually(async () => {
      // What an attempt before may have left open.
      if (await input.isVisible()) await this.page.keyboard.press('Escape');
      await this.page.keyboard.press(key);
      await input.fill(typed, { timeout: 3000 });
      await this.page.locator('.quick-input-list .monaco-list-row', { hasText: row }).first().click({ timeout: 5000 });
      return true;
    }, `“${row}” in the quick input`);
  }

  /** Answers an input box. */
  async answer(text: string): Promise<void> {
    const input = this.page.locator('.quick-input-widget:visible input[type=text]');
    await input.fill(text);
    await input.press('Enter');
  }

  /** Visible editor lines by number, with the source text and the decorations' text behind it. */
  async lines(): Promise<EditorLine[]> {
    return this.page.evaluate(() => {
      const editor = document.querySelector('.editor-group-container.active .monaco-editor') ?? document.querySelector('.monaco-editor');
      const numbers = new Map<string, number>();
      for (const element of editor?.querySelectorAll<HTMLElement>('.margin-view-overlays > div') ?? []) {
        const number = element.querySelector('.line-numbers')?.textContent;
        if (number) numbers.set(element.style.top, Number(number));
      }
      return [...(editor?.querySelectorAll<HTMLElement>('.view-line') ?? [])]
        .map((line) => {
          const after = [...line.querySelectorAll('span')]
            .map((span) => getComputedStyle(span, '::after').content)
            .filter((content) => content && content !== 'none' && content !== 'normal')
            .map((content) => content.replace(/^"|"$/g, ''));
          const text = (line.textContent ?? '').replace(/\u00a0/g, ' ');
          return { number: numbers.get(line.style.top) ?? 0, top: line.style.top, text, annotation: after.join('') };
        })
        .filter((line) => line.number > 0)
        .sort((one, other) => one.number - other.number);
    });
  }

  /** Bars in the gutter of the visible lines: where, how long in per cent of the gutter, and in which colour. */
  async gutterBars(): Promise<{ top: string; percent: number; color: string }[]> {
    return this.page.evaluate(() =>
      [...document.querySelectorAll<HTMLElement>('.editor-group-container.active .glyph-margin-widgets > div')].flatMap((element) => {
        const { backgroundImage, backgroundSize } = getComputedStyle(element);
        const color = /^linear-gradient\((rgb\([^)]*\))/.exec(backgroundImage)?.[1];
        return color ? [{ top: element.style.top, percent: Number.parseFloat(backgroundSize), color }] : [];
      }),
    );
  }

  /** The visible line whose source holds the text, once it carries an annotation with figures. */
  async annotatedLine(text: string, timeoutMs?: number): Promise<EditorLine> {
    return eventually(
      async () => {
        const line = (await this.lines()).find((candidate) => candidate.text.includes(text));
        return line?.annotation && !line.annotation.includes('estimating…') ? line : undefined;
      },
      `an annotation behind “${text}”`,
      timeoutMs,
    );
  }

  /**
   * Holds the mouse over a word of the visible text until the hover there shows a text and has faded in; anew where what was drawn meanwhile
   * closed it.
   * @returns all that the hover says.
   */
  async hover(word: string, text: string): Promise<string> {
    const hover = this.page.locator('.monaco-hover:visible');
    return eventually(async () => {
      await this.moveMouseTo(word);
      await hover.getByText(text).first().waitFor({ timeout: 10_000 });
      const said = await hover.evaluate(async (element) => {
        // A fade that a redrawn hover cuts short is over, too.
        await Promise.allSettled(element.getAnimations({ subtree: true }).map(({ finished }) => finished));
        return element.textContent ?? '';
      });
      return said.includes(text) && (await hover.isVisible()) ? said : undefined;
    }, `“${text}” in the hover over “${word}”`);
  }

  /** From outside of the editor. */
  private async moveMouseTo(word: string): Promise<void> {
    const place = await this.page.evaluate((wanted) => {
      const walker = document.createTreeWalker(document.querySelector('.monaco-editor .view-lines') as Node, NodeFilter.SHOW_TEXT);
      for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        const start = node.textContent?.indexOf(wanted) ?? -1;
        if (start < 0) continue;
        const range = document.createRange();
        range.setStart(node, start);
        range.setEnd(node, start + wanted.length);
        const box = range.getBoundingClientRect();
        return { x: box.left + box.width / 2, y: box.top + box.height / 2 };
      }
      return undefined;
    }, word);
    if (!place) throw new Error(`“${word}” is not in the visible text.`);
    await this.page.mouse.move(0, 0);
    await this.page.mouse.move(place.x - 1, place.y);
    await this.page.mouse.move(place.x, place.y);
  }

  /** Replaces all occurrences in the open file, by the editor's own find and replace. */
  async replaceInFile(text: string, replacement: string): Promise<void> {
    await this.page.locator('.monaco-editor .view-lines').first().click();
    await this.page.keyboard.press('Control+H');
    const widget = this.page.locator('.find-widget.visible');
    await widget.locator('textarea').first().fill(text);
    await widget.locator('textarea').nth(1).fill(replacement);
    await this.page.keyboard.press('Control+Alt+Enter');
    await this.page.keyboard.press('Escape');
  }

  codeLens(text: string | RegExp): Locator {
    return this.page.locator('.codelens-decoration a', { hasText: text }).first();
  }

  statusBarItem(text: string | RegExp): Locator {
    return this.page.locator('.statusbar-item', { hasText: text }).first();
  }

  notification(text: string | RegExp): Locator {
    return this.page.locator('.notification-toast, .notifications-center .notification-list-item', { hasText: text }).first();
  }

  /** A row of any tree view. */
  treeRow(text: string | RegExp): Locator {
    return this.page.locator('.pane-body .monaco-list-row', { hasText: text }).first();
  }

  /**
   * The savers view's frame. The server at hand gives all webviews one origin, and each of them replaces the service worker of the others there
   * (“Found unexpected service worker controller” in the browser's console); one that loads at the moment of another's change may stay blank
   * until it is shown again. VS Code on the desktop gives each webview an origin of its own.
   */
  async saversView(): Promise<Frame> {
    const frame = await this.webview('#dropProbability', 20_000).catch(async () => {
      await this.page.locator('.activitybar [aria-label^="Explorer"]').first().click();
      await this.showSidebar();
      return this.webview('#dropProbability');
    });
    // The form is hidden until the editor has told its settings; what a script changed before would be lost.
    await frame.locator('.form').waitFor();
    return frame;
  }

  /** The frame of a webview that holds an element of ours. */
  async webview(selector: string, timeoutMs?: number): Promise<Frame> {
    return eventually(
      async () => {
        for (const frame of this.page.frames()) {
          if (frame === this.page.mainFrame()) continue;
          const found = await frame
            .locator(selector)
            .count()
            .catch(() => 0);
          if (found > 0) return frame;
        }
        return undefined;
      },
      `a webview with “${selector}”`,
      timeoutMs,
    );
  }

  async screenshot(name: string): Promise<void> {
    await this.page.screenshot({ path: join(this.screenshotFolder, `${name}.png`) });
  }

  /**
   * Chooses a colour theme, by its name in the settings, and waits until it is on. Not by the picker, which closes whenever something else takes
   * the focus.
   */
  async setTheme(name: string): Promise<void> {
    this.settings.set('workbench.colorTheme', name);
    await this.page.locator(`.monaco-workbench.${themeClass(name)}`).waitFor();
  }

  /** Screenshots in high contrast, dark and light, each once a webview has the theme too; light stays on. */
  async screenshotsInEachTheme(webview: Frame, name: string): Promise<void> {
    for (const [theme, kind] of [
      ['Default High Contrast', 'high-contrast'],
      ['Default Dark Modern', 'dark'],
      ['Default Light Modern', 'light'],
    ] as const) {
      await this.setTheme(theme);
      await webview.locator(`body.vscode-${kind}`).waitFor();
      await this.screenshot(`${name}-${kind}`);
    }
  }
}

/** The class by which the workbench, and every webview, tells the kind of its theme. */
function themeClass(name: string): string {
  if (name.includes('High Contrast')) return name.includes('Light') ? 'hc-light' : 'hc-black';
  return name.includes('Dark') ? 'vs-dark' : 'vs';
}

export interface EditorLine {
  readonly number: number;
  /** Where it stands in the editor, as a CSS length. */
  readonly top: string;
  readonly text: string;
  readonly annotation: string;
}
