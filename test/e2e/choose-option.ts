import type { Locator } from 'playwright-core';

/** Chooses from a `vscode-single-select` as a person does: sets its value, and lets it say so. */
export async function chooseOption(list: Locator, value: string): Promise<void> {
  await list.evaluate((select: HTMLSelectElement, chosen) => {
    select.value = chosen;
    select.dispatchEvent(new Event('change'));
  }, value);
}
