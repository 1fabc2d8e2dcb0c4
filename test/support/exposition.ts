// A strict reader of the Prometheus text exposition format, version 0.0.4, written from its description: what it accepts a
// scraper accepts, and what a family must look like it insists on.
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}
export interface Family {
  readonly help: string;
  readonly type: "counter" | "gauge";
  readonly samples: readonly Sample[];
}

const METRIC_NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*/;
const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*/;

class Line {
  #rest: string;
  readonly #whole: string;
  constructor(text: string) { this.#rest = this.#whole = text; }

  fail(what: string): never { throw new SyntaxError(`${what} at ${this.#whole.length - this.#rest.length} of ${this.#whole}`); }
  get done(): boolean { return this.#rest === ""; }
  match(pattern: RegExp, what: string): string {
    const [found] = pattern.exec(this.#rest) ?? this.fail(what);
    this.#rest = this.#rest.slice(found.length);
    return found;
  }
  take(text: string): boolean {
    if (!this.#rest.startsWith(text)) return false;
    this.#rest = this.#rest.slice(text.length);
    return true;
  }
  expect(text: string): void { if (!this.take(text)) this.fail(`expected ${JSON.stringify(text)}`); }

  /** Escapes are `\\`, `\n` and, within quotes, `\"`; nothing else may follow a backslash. */
  escaped(until: string, quotes: boolean): string {
    let text = "";
    while (!this.done && !(until !== "" && this.#rest.startsWith(until))) {
      const character = this.match(/^[^]/, "a character");
      if (character === "\n") this.fail("a line feed");
      if (character !== "\\") text += character;
      else if (this.take("\\")) text += "\\";
      else if (this.take("n")) text += "\n";
      else if (quotes && this.take("\"")) text += "\"";
      else this.fail("an escape that is none");
    }
    return text;
  }
}

function labelsOf(line: Line): Record<string, string> {
  const labels: Record<string, string> = {};
  if (!line.take("{")) return labels;
  while (!line.take("}")) {
    const name = line.match(LABEL_NAME, "a label's name");
    if (name.startsWith("__") || name in labels) line.fail(`label ${name}`);
    line.expect("=\"");
    labels[name] = line.escaped("\"", true);
    line.expect("\"");
    if (line.take("}")) break;
    line.expect(",");
  }
  return labels;
}

function valueOf(text: string, line: Line): number {
  if (/^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/.test(text)) return Number(text);
  return { NaN: Number.NaN, "+Inf": Infinity, "-Inf": -Infinity }[text] ?? line.fail("a value");
}

/** @throws SyntaxError */
export function parseExposition(text: string): ReadonlyMap<string, Family> {
  const families = new Map<string, Family & { readonly samples: Sample[] }>();
  if (text === "") return families;
  if (!text.endsWith("\n")) throw new SyntaxError("the last line does not end");
  let help: { readonly name: string; readonly text: string } | undefined;
  let current = "";
  for (const raw of text.slice(0, -1).split("\n")) {
    const line: Line = new Line(raw);
    if (line.take("# HELP ")) {
      const name = line.match(METRIC_NAME, "a metric's name");
      line.expect(" ");
      if (help !== undefined || families.has(name)) line.fail("a second HELP");
      help = { name, text: line.escaped("", false) };
    } else if (line.take("# TYPE ")) {
      const name = line.match(METRIC_NAME, "a metric's name");
      line.expect(" ");
      const type = line.match(/^(counter|gauge)$/, "a type") as Family["type"];
      if (help?.name !== name) line.fail("TYPE without its HELP");
      if ((type === "counter") !== name.endsWith("_total")) line.fail("counters, and only they, end in _total");
      families.set(name, { help: help.text, type, samples: [] });
      help = undefined;
      current = name;
    } else {
      const name = line.match(METRIC_NAME, "a metric's name");
      const family = families.get(name);
      if (family === undefined || name !== current || help !== undefined) line.fail("a sample outside its family");
      const labels = labelsOf(line);
      line.expect(" ");
      const value = valueOf(line.match(/^\S+$/, "a value"), line);
      if (family.type === "counter" && !(value >= 0)) line.fail("a counter below 0");
      const key = JSON.stringify(Object.entries(labels).sort());
      if (family.samples.some((other) => JSON.stringify(Object.entries(other.labels).sort()) === key)) line.fail("the same labels twice");
      family.samples.push({ labels, value });
    }
  }
  if (help !== undefined) throw new SyntaxError("HELP without a TYPE");
  for (const [name, { samples }] of families) if (samples.length === 0) throw new SyntaxError(`${name} has no samples`);
  return families;
}
