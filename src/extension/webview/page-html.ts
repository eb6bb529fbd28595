import { randomBytes } from 'node:crypto';

/** What a webview page needs to know of the place where it is shown. */
export interface PageOptions {
  readonly title: string;
  readonly language: string;
  /** Source expression of the webview's own resources. */
  readonly cspSource: string;
  readonly script: string;
  readonly style: string;
  /** Origins that the page may connect to; none for most. */
  readonly connect: readonly string[];
}

/** The page around a bundle of `dist/webview`, under a policy that allows nothing but what it names. */
export function pageHtml({ title, language, cspSource, script, style, connect }: PageOptions, nonce = createNonce()): string {
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src ${cspSource} 'nonce-${nonce}'`,
    `font-src ${cspSource}`,
    `img-src ${cspSource} data:`,
    `connect-src ${connect.length > 0 ? connect.join(' ') : "'none'"}`,
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="${escapeHtml(language)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escapeHtml(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" nonce="${nonce}" href="${escapeHtml(style)}">
<title>${escapeHtml(title)}</title>
</head>
<body>
<script nonce="${nonce}" src="${escapeHtml(script)}"></script>
</body>
</html>`;
}

const createNonce = (): string => randomBytes(16).toString('base64url');

const escapeHtml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
