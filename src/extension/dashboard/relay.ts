import type { TextChannel } from '../../protocol/rpc';
import type { ToDashboard } from '../../protocol/webview-messages';
import { openChannel } from '../backend/backend-connection';

/** The fallback for pages that cannot open a socket: this side opens one to the backend and passes text both ways, unread. */
export class Relay {
  private channel?: TextChannel;

  constructor(
    private readonly post: (message: ToDashboard) => void,
    private readonly openSocket: (port: number) => TextChannel = openChannel,
  ) {}

  /** Opens the socket for the page; an earlier one is closed. */
  open(port: number): void {
    this.close();
    const channel = this.openSocket(port);
    this.channel = channel;
    channel.onText((text) => this.channel === channel && this.post({ type: 'relay', text }));
    channel.onClose(() => {
      if (this.channel !== channel) return;
      this.channel = undefined;
      this.post({ type: 'relayClosed' });
    });
  }

  /** Text of the page; without a socket it is told that there is none. */
  send(text: string): void {
    if (this.channel) this.channel.send(text);
    else this.post({ type: 'relayClosed' });
  }

  close(): void {
    const { channel } = this;
    this.channel = undefined;
    channel?.close();
  }

  dispose(): void {
    this.close();
  }
}
