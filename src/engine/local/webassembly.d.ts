/** The part of WebAssembly's JavaScript interface that the engine uses: Node's own types leave it out. */
declare namespace WebAssembly {
  class Module {
    constructor(bytes: Uint8Array);
  }
  class Memory {
    constructor(descriptor: { initial: number; maximum: number; shared: true });
    readonly buffer: SharedArrayBuffer;
  }
  class Instance {
    constructor(module: Module, imports: { env: { memory: Memory; clock: () => number } });
    readonly exports: object;
  }
  class Global {
    value: number;
  }
  function validate(bytes: Uint8Array): boolean;
}
