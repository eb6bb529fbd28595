/** Offsets in a text. */
export interface TextSpan {
  readonly start: number;
  readonly end: number;
}

interface Token extends TextSpan {
  readonly text: string;
}

/**
 * Where a field stands in JSON text: its key, and its value where that is short. A field that is missing stands at the nearest one around it;
 * in text that is no JSON, the place is where it ceases to be.
 * @param path keys from the outermost inwards.
 */
export function placeInJson(text: string, path: readonly (string | number)[]): TextSpan {
  const walk = new JsonWalk(text, path);
  try {
    walk.value(0);
    walk.end();
    return walk.place;
  } catch (error) {
    if (error instanceof NoJson) return error.span;
    throw error;
  }
}

class NoJson extends Error {
  constructor(readonly span: TextSpan) {
    super('no JSON');
  }
}

const tokenPattern = /\s*("(?:[^"\\\n]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+|"[^\n]*)/y;

class JsonWalk {
  /** The innermost field of the path that was found so far. */
  place: TextSpan = { start: 0, end: 1 };
  private at = 0;

  constructor(
    private readonly text: string,
    private readonly path: readonly (string | number)[],
  ) {}

  /** @param depth how many keys of the path lead here; undefined off the path. @returns the value's last token. */
  value(depth: number | undefined): Token {
    const first = this.take();
    if (first.text === '{') return this.members(depth);
    if (first.text === '[') return this.items(depth);
    if (!isScalar(first.text)) throw new NoJson(first);
    return first;
  }

  end(): void {
    if (this.text.slice(this.at).trim() !== '') throw new NoJson(this.take());
  }

  private members(depth: number | undefined): Token {
    if (this.peek() === '}') return this.take();
    for (;;) {
      const key = this.take();
      if (!key.text.startsWith('"') || !isScalar(key.text)) throw new NoJson(key);
      this.expect(':');
      const onPath = depth !== undefined && this.path[depth] === JSON.parse(key.text);
      if (onPath) this.place = key;
      const isObject = this.peek() === '{' || this.peek() === '[';
      const last = this.value(onPath ? depth + 1 : undefined);
      if (onPath && !isObject) this.place = { start: key.start, end: last.end };
      if (this.expect(',', '}').text === '}') return last;
    }
  }

  private items(depth: number | undefined): Token {
    if (this.peek() === ']') return this.take();
    for (let index = 0; ; index++) {
      const last = this.value(depth !== undefined && this.path[depth] === index ? depth + 1 : undefined);
      if (this.expect(',', ']').text === ']') return last;
    }
  }

  private expect(...texts: string[]): Token {
    const token = this.take();
    if (!texts.includes(token.text)) throw new NoJson(token);
    return token;
  }

  private peek(): string {
    const before = this.at;
    const { text } = this.take();
    this.at = before;
    return text;
  }

  private take(): Token {
    tokenPattern.lastIndex = this.at;
    const match = tokenPattern.exec(this.text);
    const end = this.text.trimEnd().length;
    if (!match) throw new NoJson({ start: Math.max(0, end - 1), end });
    this.at = tokenPattern.lastIndex;
    return { text: match[1]!, start: this.at - match[1]!.length, end: this.at };
  }
}

function isScalar(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
