import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { machineSeconds } from '../machine-clock';
import { BoardRecord } from './board-record';

/** The board cannot be reached at all, or does not let us in: one sentence with what to do. */
export class BoardUnreachable extends Error {}

/** The board was reached, and cannot do what is needed: one sentence. */
export class BoardUnfit extends Error {}

/** The link was there and broke; what was heard until then. */
export class LinkDropped extends Error {
  constructor(readonly heard: BoardRecord) {
    super('The link to the board dropped.');
  }
}

export interface ConnectionOptions {
  /** What ssh takes: `user@host`, or a host of its configuration; `local` for this machine. */
  readonly address: string;
  readonly port?: number | undefined;
  /** Another configuration of ssh than the person's own. */
  readonly sshConfiguration?: string | undefined;
}

/** Seconds of silence after which ssh gives a link up, in two questions. */
const aliveSeconds = 5;

/**
 * Runs scripts on a board by the system's `ssh`, with the person's own configuration, keys and jump hosts, and never asks for a password.
 * On the board it needs a POSIX shell only.
 */
export class BoardConnection {
  constructor(private readonly options: ConnectionOptions) {
    // ssh would take it for an option.
    if (/^-|\s|^$/.test(options.address))
      throw new Error(`“${options.address}” is no address of a board: give user@host or a host of your ssh configuration.`);
  }

  /**
   * Runs a script to its end and gives what it said.
   * @throws BoardUnreachable, BoardUnfit, or LinkDropped when the script began and did not end. An aborted signal ends it and gives what was said.
   */
  run(script: string, signal: AbortSignal): Promise<BoardRecord> {
    const record = new BoardRecord();
    const [program, words] = this.command();
    return new Promise((resolve, reject) => {
      // A process group of its own: Ctrl-C is for us to handle, and the script ends its whole group.
      const child = spawn(program, words, { stdio: ['pipe', 'pipe', 'pipe'], detached: true });
      let errors = '';
      // Closing its input is what ends the script on the board; ssh itself ends when that has happened, or is ended.
      let insist: ReturnType<typeof setTimeout> | undefined;
      const abort = () => {
        child.stdin.end();
        insist = setTimeout(() => child.kill(), 2000);
      };
      signal.addEventListener('abort', abort, { once: true });
      child.stdin.on('error', () => {});
      child.stderr.on('data', (data) => {
        errors += data;
      });
      const lines = createInterface({ input: child.stdout });
      lines.on('line', (line) => record.hear(line, machineSeconds()));
      child.on('error', (error) => reject(new BoardUnreachable(`${program} cannot be started: ${error.message}.`)));
      child.on('close', (code) => {
        clearTimeout(insist);
        signal.removeEventListener('abort', abort);
        if (record.done || signal.aborted) resolve(record);
        else if (record.failure) reject(new BoardUnfit(`On ${this.options.address}, ${record.failure}.`));
        else if (record.bootId !== undefined) reject(new LinkDropped(record));
        else reject(new BoardUnreachable(this.reason(errors, code)));
      });
      child.stdin.write(script);
      if (signal.aborted) abort();
    });
  }

  private command(): [string, string[]] {
    const { address, port, sshConfiguration } = this.options;
    if (address === 'local') return ['sh', ['-s']];
    const options = [
      'BatchMode=yes',
      'ConnectTimeout=10',
      `ServerAliveInterval=${aliveSeconds}`,
      'ServerAliveCountMax=2',
      'ClearAllForwardings=yes',
    ].flatMap((option) => ['-o', option]);
    const configuration = sshConfiguration === undefined ? [] : ['-F', sshConfiguration];
    const at = port === undefined ? [] : ['-p', String(port)];
    return ['ssh', ['-T', ...configuration, ...options, ...at, '--', address, 'sh -s']];
  }

  private reason(errors: string, code: number | null): string {
    const { address } = this.options;
    const said = errors.trim().split(/\r?\n/).at(-1) ?? '';
    if (/Permission denied/.test(errors)) {
      return `The board ${address} does not let us in without a password: put your key there with “ssh-copy-id ${address}”, or load it with “ssh-add”.`;
    }
    if (/Host key verification failed/.test(errors)) {
      return `The host key of ${address} is not known, or has changed: connect once by hand with “ssh ${address}” and check it.`;
    }
    const because = said || (code === null ? 'it was ended' : `exit code ${code}`);
    return `The board ${address} cannot be reached (${because.replace(/\.$/, '')}): check with “ssh ${address}”.`;
  }
}
