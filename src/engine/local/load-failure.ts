/** What is known about the machine when a native library does not load. */
export interface LoadCircumstances {
  readonly platform: string;
  /** The loader's own words, and Node's code where it gave one. */
  readonly message: string;
  readonly code?: string | undefined;
  /** glibc's version; none on musl and on other systems than Linux. */
  readonly glibc?: string | undefined;
}

/** Why the system refused a native library, and what would help; the loader's own words where the reason is not known. */
export function explainLoadFailure({ platform, message, code, glibc }: LoadCircumstances): string {
  const words = message.split('\n')[0]!.trim().replace(/\.$/, '');
  if (code === 'ERR_DLOPEN_DISABLED') return 'this Node runs without permission to load native libraries (--no-addons or --permission).';
  if (platform === 'linux') {
    if (/failed to map segment|cannot enable executable stack|Operation not permitted/.test(words))
      return `the system does not let programs run from the folder that the library lies in (mounted “noexec”?): ${words}.`;
    if (glibc === undefined && /symbol not found|Error loading shared library|Error relocating/.test(words))
      return `it does not work with this system's C library (musl, as on Alpine Linux): ${words}.`;
    if (/GLIBC_|undefined symbol/.test(words))
      return `it does not work with this system's C library (glibc ${glibc ?? 'unknown'}): ${words}.`;
  }
  if (platform === 'darwin' && /code signature|library load disallowed|not valid for use|quarantine|Operation not permitted/.test(words))
    return "macOS does not trust the library (quarantined?): “xattr -dr com.apple.quarantine” on the extension's folder lets it load.";
  if (platform === 'win32' && /policy|blocked|virus/i.test(words)) return `Windows or its virus scanner blocks the library: ${words}.`;
  if (/wrong ELF class|invalid ELF header|file too short|incompatible architecture|not a valid Win32|not a mach-o/i.test(words))
    return `the library is damaged or made for another processor; installing the extension anew mends that: ${words}.`;
  return `the system does not load the library: ${words}.`;
}
