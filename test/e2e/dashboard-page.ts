import type { Frame, Locator } from 'playwright-core';
import { chooseOption } from './choose-option';
import type { WorkbenchPage } from './workbench-page';

/** The dashboard's page inside its webview. */
export class DashboardPage {
  private constructor(readonly frame: Frame) {}

  static async of(window: WorkbenchPage): Promise<DashboardPage> {
    return new DashboardPage(await window.webview('section.chart'));
  }

  /** Text below the title, such as “Training · iteration 12 of 1,000”. */
  progress(text: string | RegExp): Locator {
    return this.frame.getByText(text).first();
  }

  async shownIteration(): Promise<number> {
    const text = (await this.progress(/iteration [\d,]+/).textContent()) ?? '';
    return Number(/iteration ([\d,]+)/.exec(text)?.[1]?.replaceAll(',', ''));
  }

  chart(title: string): Locator {
    return this.frame.locator('section.chart', { has: this.frame.locator('h2', { hasText: title }) });
  }

  /** Shows another run. */
  async select(runId: string): Promise<void> {
    await chooseOption(this.frame.locator('header vscode-single-select'), runId);
  }

  button(name: string): Locator {
    return this.frame.getByText(name, { exact: true });
  }

  get banner(): Locator {
    return this.frame.locator('.banner');
  }
}
