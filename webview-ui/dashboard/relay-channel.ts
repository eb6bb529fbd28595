import type { TextChannel } from '../../src/protocol/rpc';
import type { FromDashboard } from '../../src/protocol/webview-messages';

/** The relayed connection: the extension host holds the socket, and its text goes through the page's messages. */
export class Relay {
  private channel?: { receive(text: string): void; end(): void };

  constructor(private readonly post: (message: FromDashboard) => void) {}

  /** Asks the host for a relay; an earlier one of this page ends. */
  open(): TextChannel {
    this.closed();
    const texts: ((text: string) => void)[] = [];
    const ends: (() => void)[] = [];
    const channel = {
      receive: (text: string) => {
        for (const listener of texts) listener(text);
      },
      end: () => {
        for (const listener of ends.splice(0)) listener();
      },
    };
    this.channel = channel;
    this.post({ type: 'openRelay' });
    return {
      send: (text) => {
        if (this.channel === channel) this.post({ type: 'relay', text });
      },
      onText: (listener) => texts.push(listener),
      onClose: (listener) => ends.push(listener),
      close: () => {
        if (this.channel === channel) this.closed();
      },
    };
  }

  /** Text of the backend came through the host. */
  receive(text: string): void {
    this.channel?.receive(text);
  }

  /** The host's socket was closed. */
  closed(): void {
    const channel = this.channel;
    this.channel = undefined;
    channel?.end();
  }
}
