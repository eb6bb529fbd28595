/** Text from outside as Markdown code, in tables too: shown as it is, and never as Markdown. */
export const inCode = (text: string): string => `\`${text.replaceAll('`', 'ʼ').replaceAll('|', '¦').replaceAll('\n', ' ')}\``;
