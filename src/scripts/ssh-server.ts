import { existsSync } from 'node:fs';
import { findProgram, installPackages } from './workbench/system-packages';

/** OpenSSH's server, which tests of measuring on a board run on the loopback interface. */

/** Its path, or undefined where it is not installed. */
export function findSshServer(): string | undefined {
  return findProgram('sshd') ?? ['/usr/sbin/sshd', '/usr/local/sbin/sshd'].find(existsSync);
}

/** Installs server and client through apt where they are missing. Gives a sentence when they cannot be had. */
export function installSshServer(): string | undefined {
  return installPackages(['openssh-server', 'openssh-client'], () =>
    Boolean(findSshServer() && findProgram('ssh') && findProgram('ssh-keygen')),
  );
}
