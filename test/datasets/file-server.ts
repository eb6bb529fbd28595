import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A local server of files that can misbehave as real ones do. */
export interface FileServer {
  /** Address of its folder, with a slash at the end. */
  readonly address: string;
  /** `Range` headers of the requests so far; an empty text where there was none. */
  readonly ranges: string[];
  /** Cuts the connection after so many bytes of each answer, once for every entry. */
  readonly cuts: number[];
  /** Whether `Range` is honoured. */
  resumable: boolean;
  close(): Promise<void>;
}

export async function serveFiles(files: Readonly<Record<string, Buffer>>): Promise<FileServer> {
  const ranges: string[] = [];
  const cuts: number[] = [];
  const server: Server = createServer((request, response) => {
    const whole = files[request.url!.slice(1)];
    const range = request.headers.range ?? '';
    ranges.push(range);
    if (!whole) {
      response.writeHead(404).end('not here');
      return;
    }
    const from = fileServer.resumable && range ? Number(/\d+/.exec(range)![0]) : 0;
    if (from >= whole.length && from > 0) {
      response.writeHead(416).end();
      return;
    }
    const body = whole.subarray(from);
    response.writeHead(from > 0 ? 206 : 200, { 'content-length': body.length });
    const cut = cuts.shift();
    if (cut === undefined) response.end(body);
    // The pause lets a client on a busy machine take what was sent: a cut throws away what it has not read yet.
    else response.write(body.subarray(0, cut), () => setTimeout(() => response.destroy(), 500));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const fileServer: FileServer = {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    ranges,
    cuts,
    resumable: true,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
  return fileServer;
}
