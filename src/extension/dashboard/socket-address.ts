/** The WebSocket address behind an http address that VS Code resolved for the webview, and the origin that its policy must allow. */
export function socketAddress(external: string): { address: string; origin: string } {
  const url = new URL(external);
  const scheme = url.protocol === 'https:' ? 'wss:' : 'ws:';
  // A URL object refuses to change between schemes of different kinds, so the text is changed.
  return { address: `${scheme}//${url.host}${url.pathname}${url.search}`, origin: `${scheme}//${url.host}` };
}
