import * as vscode from 'vscode';
import { type ProfileChoice, remarks } from './profile-choices';

/** What a person wants of the device profiles. */
export type ProfileAnswer =
  | { readonly kind: 'use'; readonly choice: ProfileChoice }
  | { readonly kind: 'open'; readonly choice: ProfileChoice }
  /** A profile of one's own; absent, what it is made from is still to be asked. */
  | { readonly kind: 'make'; readonly from?: ProfileChoice };

interface Item extends vscode.QuickPickItem {
  readonly choice?: ProfileChoice;
}

const openButton = () => ({ iconPath: new vscode.ThemeIcon('go-to-file'), tooltip: vscode.l10n.t('Open') });
const makeButton = () => ({ iconPath: new vscode.ThemeIcon('copy'), tooltip: vscode.l10n.t('Make One from This') });

/**
 * Lists the profiles, each with buttons that open it or make a new one from it; undefined where nothing is wanted.
 * @param canMake whether there is a folder to make one in.
 */
export function pickProfile(choices: readonly ProfileChoice[], canMake: boolean): Promise<ProfileAnswer | undefined> {
  const picker = vscode.window.createQuickPick<Item>();
  const open = openButton();
  const item = (choice: ProfileChoice): Item => ({
    ...profileItem(choice),
    buttons: [open, ...(canMake && choice.usable ? [makeButton()] : [])],
    choice,
  });
  const make = { label: `$(add) ${vscode.l10n.t('Make one from …')}`, alwaysShow: true };
  const own = choices.filter(({ file }) => file !== undefined);
  picker.items = [
    separator(vscode.l10n.t('Built in')),
    ...choices.filter(({ file }) => file === undefined).map(item),
    ...(own.length > 0 ? [separator(vscode.l10n.t('Yours, in .e2train/profiles')), ...own.map(item)] : []),
    ...(canMake ? [separator(''), make] : []),
  ];
  picker.placeholder = vscode.l10n.t('Device profile of the energy estimates');
  picker.matchOnDescription = true;
  picker.matchOnDetail = true;
  picker.activeItems = picker.items.filter(({ choice }) => choice?.usable && choice.inUse);
  return new Promise((resolve) => {
    const answer = (given: ProfileAnswer | undefined) => {
      resolve(given);
      picker.dispose();
    };
    picker.onDidAccept(() => {
      const [selected] = picker.selectedItems;
      if (selected?.choice) answer({ kind: selected.choice.usable ? 'use' : 'open', choice: selected.choice });
      else if (selected) answer({ kind: 'make' });
    });
    picker.onDidTriggerItemButton(({ item: { choice }, button }) => {
      if (choice) answer(button === open ? { kind: 'open', choice } : { kind: 'make', from: choice });
    });
    picker.onDidHide(() => answer(undefined));
    picker.show();
  });
}

export const profileItem = (choice: ProfileChoice) => ({
  label: choice.usable ? choice.name : `$(warning) ${choice.name}`,
  description: remarks(choice),
  detail: choice.text,
});

const separator = (label: string): Item => ({ label, kind: vscode.QuickPickItemKind.Separator });
