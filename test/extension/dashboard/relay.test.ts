import { describe, expect, it } from 'vitest';
import { Relay } from '../../../src/extension/dashboard/relay';
import type { TextChannel } from '../../../src/protocol/rpc';
import type { ToDashboard } from '../../../src/protocol/webview-messages';

class ScriptedChannel implements TextChannel {
  readonly sent: string[] = [];
  private texts: ((text: string) => void)[] = [];
  private closes: (() => void)[] = [];
  closed = false;
  send = (text: string) => void this.sent.push(text);
  onText = (listener: (text: string) => void) => void this.texts.push(listener);
  onClose = (listener: () => void) => void this.closes.push(listener);
  close = () => {
    this.closed = true;
  };
  say = (text: string) => this.texts.forEach((listener) => void listener(text));
  break = () => this.closes.forEach((listener) => void listener());
}

function relayed() {
  const channels: ScriptedChannel[] = [];
  const posted: ToDashboard[] = [];
  const relay = new Relay(
    (message) => posted.push(message),
    () => {
      channels.push(new ScriptedChannel());
      return channels.at(-1)!;
    },
  );
  return { relay, channels, posted };
}

describe('the relay', () => {
  it('passes text both ways, unread', () => {
    const { relay, channels, posted } = relayed();
    relay.open(1);
    relay.send('to the backend');
    channels[0]!.say('to the page');
    expect(channels[0]!.sent).toEqual(['to the backend']);
    expect(posted).toEqual([{ type: 'relay', text: 'to the page' }]);
  });

  it('tells the page when the backend closed the socket, and when there is none', () => {
    const { relay, channels, posted } = relayed();
    relay.open(1);
    channels[0]!.break();
    relay.send('lost');
    expect(posted).toEqual([{ type: 'relayClosed' }, { type: 'relayClosed' }]);
  });

  it('closes the earlier socket when the page opens another, and mixes nothing of it in', () => {
    const { relay, channels, posted } = relayed();
    relay.open(1);
    relay.open(1);
    channels[0]!.say('late');
    channels[0]!.break();
    expect(channels[0]!.closed).toBe(true);
    expect(posted).toEqual([]);
  });
});
