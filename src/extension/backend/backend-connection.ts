import { WebSocket } from 'ws';
import { type BackendReady, maximumMessageBytes, protocolVersion } from '../../protocol/messages';
import { RpcClient, type TextChannel } from '../../protocol/rpc';
import { socketChannel, type TextSocket } from '../../protocol/socket-channel';

/** Opens a socket to the backend; what is sent before it is open waits. Failures end in `onClose`. */
export function openChannel(port: number): TextChannel {
  const socket = new WebSocket(`ws://127.0.0.1:${port}`, { maxPayload: maximumMessageBytes, perMessageDeflate: false });
  // A failed attempt is told by `close`; without a listener the error would be uncaught.
  socket.on('error', () => {});
  return socketChannel(socket as unknown as TextSocket);
}

export interface BackendConnection {
  readonly client: RpcClient;
  onClose(listener: () => void): void;
  close(): void;
}

/**
 * Connects and says who we are.
 * @throws RpcError when the socket cannot be opened or the backend refuses.
 */
export async function connectToBackend(ready: BackendReady): Promise<BackendConnection> {
  const channel = openChannel(ready.port);
  const client = new RpcClient(channel);
  await client.request('authenticate', { token: ready.token, protocolVersion, client: 'extension' }, 10_000);
  return { client, onClose: (listener) => channel.onClose(listener), close: () => client.close() };
}
