/** The most memory that this process has held, code and runtime included, in megabytes (10⁶ bytes). */
export function peakMemoryMB(): number {
  // Kilobytes on every system but macOS, where libuv gives bytes.
  return (process.resourceUsage().maxRSS * (process.platform === 'darwin' ? 1 : 1024)) / 1e6;
}
