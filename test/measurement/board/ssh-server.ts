import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { findSshServer } from '../../../src/scripts/ssh-server';

/** A real OpenSSH server on the loopback interface, with keys and configuration of its own; nothing of the person's is touched. */
export class SshServer {
  private daemon?: ChildProcess;

  private constructor(
    private readonly folder: string,
    readonly port: number,
  ) {}

  /** Host that the client's configuration calls the server. */
  readonly host = 'e2board';

  /** Configuration of the client: key, port and known hosts. */
  get clientConfiguration(): string {
    return join(this.folder, 'client_config');
  }

  static async start(): Promise<SshServer> {
    const folder = mkdtempSync(join(tmpdir(), 'e2-train-sshd-'));
    for (const key of ['host_key', 'client_key']) {
      execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, key)]);
    }
    execFileSync('cp', [join(folder, 'client_key.pub'), join(folder, 'authorized_keys')]);
    const server = new SshServer(folder, await freePort());
    server.configure();
    await server.listen();
    return server;
  }

  /** Starts to take connections; again after `refuse`. */
  async listen(): Promise<void> {
    // A server that root starts wants this folder; it separates privileges there.
    if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true });
    let said = '';
    this.daemon = spawn(findSshServer()!, ['-D', '-e', '-f', join(this.folder, 'server_config')], { stdio: ['ignore', 'ignore', 'pipe'] });
    this.daemon.stderr!.on('data', (data) => {
      said += data;
    });
    for (let attempt = 0; attempt < 200; attempt++) {
      if (this.daemon.exitCode !== null) throw new Error(`sshd ended: ${said}`);
      if (await answers(this.port)) return;
      await pause(25);
    }
    throw new Error(`sshd does not listen: ${said}`);
  }

  /** Cuts all connections, as a pulled cable or a restart of the board does. */
  cut(): void {
    const children = spawnSync('pgrep', ['-P', String(this.daemon!.pid)], { encoding: 'utf8' })
      .stdout.split('\n')
      .filter(Boolean);
    for (const child of children) process.kill(Number(child), 'SIGKILL');
  }

  /** Cuts all connections and takes no new ones. */
  async refuse(): Promise<void> {
    const daemon = this.daemon!;
    this.cut();
    const ended = new Promise((resolve) => daemon.once('exit', resolve));
    daemon.kill('SIGKILL');
    await ended;
    this.cut();
  }

  async close(): Promise<void> {
    await this.refuse();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private configure(): void {
    const file = (name: string) => join(this.folder, name);
    writeFileSync(
      file('server_config'),
      `Port ${this.port}
ListenAddress 127.0.0.1
HostKey ${file('host_key')}
AuthorizedKeysFile ${file('authorized_keys')}
PidFile none
UsePAM no
StrictModes no
PasswordAuthentication no
KbdInteractiveAuthentication no
`,
    );
    writeFileSync(
      this.clientConfiguration,
      `Host ${this.host}
  HostName 127.0.0.1
  Port ${this.port}
  User ${userInfo().username}
  IdentityFile ${file('client_key')}
  IdentitiesOnly yes
  UserKnownHostsFile ${file('known_hosts')}
  StrictHostKeyChecking accept-new
Host stranger
  HostName 127.0.0.1
  Port ${this.port}
  User ${userInfo().username}
  IdentityFile ${file('host_key')}
  IdentitiesOnly yes
  UserKnownHostsFile ${file('known_hosts')}
  StrictHostKeyChecking accept-new
`,
    );
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const settle = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => settle(true)).once('error', () => settle(false));
  });
}
