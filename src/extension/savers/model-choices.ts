import { basename } from 'node:path';
import { builtinNetworks, type ModelReference } from '../../protocol/configuration';

export interface ModelChoice {
  readonly label: string;
  readonly model: ModelReference;
}

export interface FileModel {
  readonly file: string;
  readonly exportName: string;
  readonly inputShape: readonly number[] | undefined;
}

/** A run configuration's reference to a person's model. */
export function fileModelReference({ file, exportName, inputShape }: FileModel): ModelReference {
  return { kind: 'file', path: file, exportName, ...(inputShape ? { inputShape: [...inputShape] } : {}) };
}

/** The models that can be chosen: those of open files first, then the built-in networks. */
export function modelChoices(files: readonly FileModel[]): ModelChoice[] {
  return [
    ...files.map((file) => ({ label: fileModelLabel(file), model: fileModelReference(file) })),
    ...builtinNetworks.map((name) => ({ label: builtinLabel(name), model: { kind: 'builtin' as const, name } })),
  ];
}

export function fileModelLabel({ file, exportName }: FileModel): string {
  return exportName === 'default' ? basename(file) : `${exportName} — ${basename(file)}`;
}

function builtinLabel(name: (typeof builtinNetworks)[number]): string {
  return name === 'mobilenetv2' ? 'MobileNetV2' : name.replace('resnet', 'ResNet-');
}
