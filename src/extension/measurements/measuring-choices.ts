import * as vscode from 'vscode';
import type { MeasuringInput } from '../../protocol/measuring';
import type { MethodResult } from '../../protocol/messages';
import { type Phase, phases } from '../../protocol/phases';
import { phaseWord } from './measured-text';

export type BoardChoice = MethodResult<'boards/list'>[number];
export type HowToMeasure = Pick<MeasuringInput, 'board' | 'workload' | 'phases' | 'precisions'>;

/** How this machine is called where an address of ssh could stand. */
const thisMachine = 'local';

/** What was answered last time, to be offered again. */
export interface LastAnswers {
  readonly address?: string | undefined;
  readonly workload?: string | undefined;
  readonly phases?: readonly Phase[] | undefined;
  readonly precisions?: string | undefined;
}

/** Asks where and what to measure, one thing after another; undefined when a question is left unanswered. */
export async function askHowToMeasure(boards: readonly BoardChoice[], last: LastAnswers): Promise<HowToMeasure | undefined> {
  const place = await askBoard(boards, last);
  if (!place) return undefined;
  const measured = await askPhases(last.phases ?? ['forward']);
  if (!measured || measured.length === 0) return undefined;
  const precisions = await vscode.window.showInputBox({
    title: vscode.l10n.t('Precisions'),
    prompt: vscode.l10n.t('fp32, int8, by operand w8a8g16, or a name that the workload knows; several with commas'),
    value: last.precisions ?? 'fp32',
    ignoreFocusOut: true,
    validateInput: (text) => (namesOf(text).length > 0 ? undefined : vscode.l10n.t('Give one precision at least, such as int8.')),
  });
  return precisions === undefined ? undefined : { ...place, phases: measured, precisions: namesOf(precisions) };
}

async function askBoard(boards: readonly BoardChoice[], last: LastAnswers): Promise<Pick<HowToMeasure, 'board' | 'workload'> | undefined> {
  const another = {
    label: `$(plus) ${vscode.l10n.t('Another board…')}`,
    detail: vscode.l10n.t('By its address; .e2train/boards.json keeps boards by name'),
  };
  const machine = {
    label: `$(vm) ${vscode.l10n.t('This machine')}`,
    detail: vscode.l10n.t('With our own engine and this machine’s meter, where it has one'),
    name: thisMachine,
  };
  const named = boards.map(({ name, address }) => ({ label: `$(circuit-board) ${name}`, description: address, name }));
  const choice = await vscode.window.showQuickPick<vscode.QuickPickItem & { readonly name?: string }>(
    [...named, ...(boards.some(({ name }) => name === thisMachine) ? [] : [machine]), another],
    {
      placeHolder: vscode.l10n.t('On which board?'),
      ignoreFocusOut: true,
    },
  );
  if (!choice) return undefined;
  const known = boards.find(({ name }) => name === choice.name);
  const board = choice.name ?? (await askAddress(last.address));
  if (!board) return undefined;
  // This machine has a workload of its own.
  if (known?.workload || (!known && board === thisMachine)) return { board };
  const workload = await askWorkload(board, last.workload);
  return workload ? { board, workload } : undefined;
}

async function askAddress(last: string | undefined): Promise<string | undefined> {
  const address = await vscode.window.showInputBox({
    title: vscode.l10n.t('Another board'),
    prompt: vscode.l10n.t('user@host or a host of your ssh configuration, or “local” for this machine'),
    placeHolder: 'xilinx@ultra96',
    ignoreFocusOut: true,
    ...(last !== undefined && { value: last }),
  });
  return address?.trim();
}

async function askWorkload(board: string, last: string | undefined): Promise<string | undefined> {
  const workload = await vscode.window.showInputBox({
    title: vscode.l10n.t('Workload of {0}', board),
    prompt: vscode.l10n.t('The command with which the board runs one layer. {0} stands for a file that describes it.', '{layer.json}'),
    placeHolder: './run-layer {layer.json}',
    ignoreFocusOut: true,
    ...(last !== undefined && { value: last }),
  });
  return workload?.trim();
}

async function askPhases(last: readonly Phase[]): Promise<Phase[] | undefined> {
  const items = phases.map((phase) => ({ label: phaseWord(phase), phase, picked: last.includes(phase) }));
  const options = { placeHolder: vscode.l10n.t('Which phases of an iteration?'), ignoreFocusOut: true };
  const chosen = await vscode.window.showQuickPick(items, { ...options, canPickMany: true });
  return chosen?.map(({ phase }) => phase);
}

const namesOf = (text: string): string[] => [...new Set(text.split(',').map((name) => name.trim()))].filter(Boolean);
