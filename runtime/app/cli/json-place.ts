// Where a text stops being JSON. The engine's own messages differ between versions and often name no place.
export interface JsonPlace {
  /** From 1. */
  readonly line: number;
  readonly column: number;
  readonly expected: string;
}

/** A text has one way to match, so that one without an end costs no more than its length. */
const TOKEN = /[ \t\n\r]*(?:([{}[\],:])|("[^"\\\u0000-\u001f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\u0000-\u001f]*)*")|(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.+-]))/y;
const SPACE = /[ \t\n\r]*/y;

type Expect = "a value" | "a value or ]" | "a name in double quotes or }" | "a name in double quotes" | ":" | ", or ]" | ", or }" | "the end";

/** What may follow a token, given what was expected; undefined when the token does not belong here. */
function after(expect: Expect, token: string, isText: boolean, open: string[]): Expect | undefined {
  const closed = (): Expect => (open.length === 0 ? "the end" : open.at(-1) === "[" ? ", or ]" : ", or }");
  const close = (): Expect => {
    open.pop();
    return closed();
  };
  switch (expect) {
    case "a value or ]":
      if (token === "]") return close();
      return after("a value", token, isText, open);
    case "a value":
      if (token !== "{" && token !== "[") return "]},:".includes(token) ? undefined : closed();
      open.push(token);
      return token === "[" ? "a value or ]" : "a name in double quotes or }";
    case "a name in double quotes or }":
      return token === "}" ? close() : isText ? ":" : undefined;
    case "a name in double quotes": return isText ? ":" : undefined;
    case ":": return token === ":" ? "a value" : undefined;
    case ", or ]": return token === "," ? "a value" : token === "]" ? close() : undefined;
    case ", or }": return token === "," ? "a name in double quotes" : token === "}" ? close() : undefined;
    case "the end": return undefined;
  }
}

const endOfSpace = (text: string, at: number): number => {
  SPACE.lastIndex = at;
  SPACE.test(text);
  return SPACE.lastIndex;
};

/** The first place at which a text that JSON.parse refuses cannot go on. */
export function jsonPlace(text: string): JsonPlace {
  const open: string[] = [];
  let expect: Expect = "a value";
  let at = 0;
  for (;;) {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(text);
    const next: Expect | undefined = match === null ? undefined : after(expect, match[0].trimStart(), match[2] !== undefined, open);
    if (next === undefined) break;
    expect = next;
    at += match?.[0].length ?? 0;
  }
  const before = text.slice(0, endOfSpace(text, at));
  return { line: before.split("\n").length, column: before.length - before.lastIndexOf("\n"), expected: expect };
}
