import { readFileSync } from 'node:fs';
import { dirname, extname, sep } from 'node:path';
import { type Context, compileFunction, Script } from 'node:vm';
import { nodeBuiltin } from './node-builtins';
import { InspectionError } from './problems';
import { resolveModule } from './resolve-module';
import { bindingsHook, type TransformedSource, transformSource } from './transform-source';

type Exports = Record<string, unknown>;
type Bindings = Record<string, () => unknown>;
type ModuleBody = (...values: unknown[]) => unknown;
const parameters = ['exports', 'require', 'module', '__filename', '__dirname', bindingsHook];

export interface LoaderOptions {
  readonly context: Context;
  readonly entry: { readonly file: string; readonly text: string };
  /** What is put in the place of a module, whether or not it is installed; `undefined` for those that are loaded. */
  readonly standIn: (specifier: string) => unknown;
}

/** A module name that leads to no file. */
export class ModuleNotFoundError extends InspectionError {
  constructor(specifier: string) {
    const advice = specifier.startsWith('.') ? 'check the path' : 'install the package in the workspace or check its name';
    super('module-not-found', `The module “${specifier}” was not found: ${advice}.`);
  }
}

/** Loads a model file and what it imports, each file once, into one sandbox. */
export class ModuleLoader {
  /** Sources by absolute path, for mapping places in stack traces back. */
  readonly sources = new Map<string, TransformedSource>();
  private readonly modules = new Map<string, { exports: Exports }>();
  private readonly data = new Set<string>();
  private bindings: Bindings = {};

  constructor(private readonly options: LoaderOptions) {}

  /** Imported files of the workspace, without packages and without the model file itself. */
  get dependencies(): string[] {
    return [...this.sources.keys(), ...this.data].filter((path) => path !== this.options.entry.file && !isOfPackage(path));
  }

  /** Whether a file is the person's own: loaded here and not from a package. */
  isOwn(path: string): boolean {
    return this.sources.has(path) && !isOfPackage(path);
  }

  /** Exports of the model file; also waits for top-level `await`. */
  async loadEntry(): Promise<Exports> {
    const { file, text } = this.options.entry;
    const module: { exports: Exports } = { exports: {} };
    this.modules.set(file, module);
    await this.run(file, text, module, true);
    return module.exports;
  }

  /** Present value of a top-level binding of the model file; `undefined` when there is none or it was not reached. */
  binding(name: string): unknown {
    try {
      return this.bindings[name]?.();
    } catch {
      return undefined;
    }
  }

  private require(specifier: string, from: string): unknown {
    const replaced = this.options.standIn(specifier) ?? nodeBuiltin(specifier);
    if (replaced !== undefined) return replaced;
    const path = resolveModule(specifier, from);
    if (path === undefined) throw new ModuleNotFoundError(specifier);
    return this.load(path);
  }

  private load(path: string): unknown {
    const known = this.modules.get(path);
    if (known) return known.exports;
    const module: { exports: Exports } = { exports: {} };
    this.modules.set(path, module);
    const text = readFileSync(path, 'utf8');
    if (extname(path) === '.json') {
      this.data.add(path);
      module.exports = JSON.parse(text) as Exports;
    } else if (extname(path) === '.node') {
      throw new InspectionError('threw', `The native module ${path} is not loaded while a model is inspected.`);
    } else {
      void this.run(path, text, module, false);
    }
    return module.exports;
  }

  private run(file: string, text: string, module: { exports: Exports }, isEntry: boolean): unknown {
    const source = transformSource(file, text);
    this.sources.set(file, source);
    const require = Object.assign((specifier: string) => this.require(specifier, file), { main: isEntry ? undefined : null });
    const keep = (bindings: Bindings) => {
      if (isEntry) this.bindings = bindings;
    };
    const body = compile(source.code, file, this.options.context, isEntry);
    return body.call(module.exports, module.exports, require, module, file, dirname(file), keep);
  }
}

function compile(code: string, filename: string, parsingContext: Context, mayWait: boolean): ModuleBody {
  try {
    return compileFunction(code, parameters, { filename, parsingContext }) as ModuleBody;
  } catch (error) {
    if (!mayWait || !/await/.test(String((error as Error).message))) throw error;
    const head = `(async function (${parameters.join(', ')}) {`;
    const script = new Script(`${head}${code}\n})`, { filename, columnOffset: -head.length });
    return script.runInContext(parsingContext) as ModuleBody;
  }
}

function isOfPackage(path: string): boolean {
  return path.includes(`${sep}node_modules${sep}`);
}
