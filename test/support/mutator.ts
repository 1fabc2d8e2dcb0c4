// Mutator: deterministic edits of a program's source, each of the kind that makes a recorded run diverge. Lines keep their places:
// what is removed leaves its line empty, what is added stands before a statement on its line or on one of its own.
import ts from "typescript";

export const KINDS = [
  "argument", "constant", "text", "removed call", "added call", "repeated call", "reordered calls", "operator", "condition", "ambient", "iteration", "math", "result",
  "hidden argument", "hidden text", "hidden added call", "hidden removed call", "hidden iteration", "hidden result",
] as const;
export type Kind = (typeof KINDS)[number];

export interface Mutant {
  readonly kind: Kind;
  /** Lines of the mutated source that were edited, from 1, both included. */
  readonly from: number;
  readonly to: number;
  readonly source: string;
}

/** Behind every mutant whose code does not change between record and replay: what the host remembers, and no trap can see. */
const FLIP = "\nfunction flip(before, after) { return globalThis.triadFlip === true ? after : before; }\n";

const AMBIENT = ["Date.now()", "Math.random()", "performance.now()", "new Date().getTime()", "Math.sin(1)", "Number((1.5).toLocaleString())", "process.uptime()", "Math.exp(1)"];
const OPERATORS: ReadonlyMap<string, string> = new Map([
  ["+", "-"], ["-", "+"], ["*", "+"], ["<", "<="], ["<=", "<"], [">", ">="], [">=", ">"], ["===", "!=="], ["!==", "==="], ["&&", "||"], ["||", "&&"],
]);
const MATH: ReadonlyMap<string, string> = new Map([["sqrt", "cbrt"], ["max", "min"], ["min", "max"], ["floor", "ceil"], ["PI", "E"], ["round", "floor"]]);

const isGenerator = (node: ts.Node): boolean => (ts.isFunctionDeclaration(node) || ts.isMethodDeclaration(node) || ts.isFunctionExpression(node)) && node.asteriskToken !== undefined;
const within = (node: ts.Node, test: (ancestor: ts.Node) => boolean): boolean => {
  for (let at: ts.Node | undefined = node.parent; at !== undefined; at = at.parent) if (test(at)) return true;
  return false;
};
const isApiCall = (node: ts.Node): boolean => ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression) && /^(k|q|phi)$/.test(node.expression.expression.getText());
const inType = (node: ts.Node): boolean => within(node, (ancestor) => ts.isTypeNode(ancestor) || ts.isImportDeclaration(ancestor));
const yields = (node: ts.Node): boolean => /\byield\b/.test(node.getText());

class Mutator {
  readonly mutants: Mutant[] = [];
  readonly #text: string;
  readonly #file: ts.SourceFile;
  constructor(text: string) {
    this.#text = text;
    this.#file = ts.createSourceFile("program.ts", text, ts.ScriptTarget.ES2022, true);
  }

  run(): readonly Mutant[] {
    this.#visit(this.#file);
    return this.mutants;
  }

  #line(position: number): number { return this.#file.getLineAndCharacterOfPosition(position).line + 1; }

  #replace(kind: Kind, node: ts.Node, by: string, end = node.getEnd()): void {
    const start = node.getStart();
    const hidden = kind.startsWith("hidden");
    const source = this.#text.slice(0, start) + by + this.#text.slice(end) + (hidden ? FLIP : "");
    this.mutants.push({ kind, from: this.#line(start), to: this.#line(end), source });
  }

  #visit(node: ts.Node): void {
    if (!inType(node)) {
      if (ts.isNumericLiteral(node)) this.#number(node);
      if (ts.isStringLiteral(node) && within(node, isApiCall)) this.#words(node);
      if (ts.isBinaryExpression(node)) this.#operator(node);
      if (ts.isPropertyAccessExpression(node) && node.expression.getText() === "Math") this.#math(node);
      if (ts.isIfStatement(node)) this.#replace("condition", node.expression, `!(${node.expression.getText()})`);
      if (ts.isConditionalExpression(node)) this.#replace("condition", node.condition, `!(${node.condition.getText()})`);
      if (within(node, isGenerator)) this.#inProgram(node);
    }
    ts.forEachChild(node, (child) => this.#visit(child));
  }

  #number(node: ts.NumericLiteral): void {
    const value = Number(node.text.replaceAll("_", ""));
    const other = String(Number.isInteger(value) ? value + 1 : value * 1.25);
    if (!within(node, isApiCall) || !within(node, isGenerator)) return this.#replace("constant", node, other);
    this.#replace("argument", node, other);
    this.#replace("ambient", node, AMBIENT[this.mutants.length % AMBIENT.length] ?? "Date.now()");
    this.#replace("hidden argument", node, `flip(${node.getText()}, ${other})`);
  }

  #words(node: ts.StringLiteral): void {
    if (ts.isPropertyAssignment(node.parent) && node.parent.name === node) return;
    this.#replace("text", node, `"${node.text}x"`);
    this.#replace("hidden text", node, `flip(${node.getText()}, "${node.text}x")`);
  }

  #operator(node: ts.BinaryExpression): void {
    const other = OPERATORS.get(node.operatorToken.getText());
    if (other !== undefined) this.#replace("operator", node.operatorToken, other);
  }

  #math(node: ts.PropertyAccessExpression): void {
    const other = MATH.get(node.name.text);
    if (other !== undefined) this.#replace("math", node.name, other);
  }

  #inProgram(node: ts.Node): void {
    if (ts.isExpressionStatement(node) && yields(node) && ts.isBlock(node.parent)) this.#call(node, node.parent);
    if (ts.isForOfStatement(node)) {
      const list = node.expression.getText();
      this.#replace("iteration", node.expression, `[...${list}].reverse()`);
      this.#replace("hidden iteration", node.expression, `flip(0, 1) === 1 ? [...${list}].reverse() : ${list}`);
    }
    if (ts.isReturnStatement(node) && node.expression !== undefined && !within(node, (ancestor) => ts.isArrowFunction(ancestor))) {
      const value = node.expression.getText();
      this.#replace("result", node.expression, `{ was: ${value} }`);
      if (!value.includes("\n")) this.#replace("hidden result", node.expression, `flip(0, 1) === 1 ? null : ${value}`);
    }
  }

  #call(node: ts.ExpressionStatement, block: ts.Block): void {
    const text = node.getText();
    const indent = " ".repeat(this.#file.getLineAndCharacterOfPosition(node.getStart()).character);
    const added = `yield* k.log("added", ${this.mutants.length});`;
    const hasK = /\bk\b/.test(this.#text);
    this.#replace("removed call", node, text.replace(/[^\n]+/g, ""));
    this.#replace("repeated call", node, `${text} ${text}`);
    this.#replace("hidden removed call", node, `if (flip(true, false)) { ${text} }`);
    if (hasK) {
      this.#before("added call", node, `${added}\n${indent}`);
      this.#before("hidden added call", node, `if (flip(false, true)) { ${added} }\n${indent}`);
    }
    const next = block.statements[block.statements.indexOf(node) + 1];
    if (next !== undefined && ts.isExpressionStatement(next) && yields(next) && !text.includes("\n") && !next.getText().includes("\n") && next.getText() !== text) {
      this.#replace("reordered calls", node, `${next.getText()}\n${indent}${text}`, next.getEnd());
    }
  }

  /** On a line of its own before a statement. */
  #before(kind: Kind, node: ts.Node, by: string): void {
    const start = node.getStart();
    const line = this.#line(start);
    this.mutants.push({ kind, from: line, to: line, source: this.#text.slice(0, start) + by + this.#text.slice(start) + (kind.startsWith("hidden") ? FLIP : "") });
  }
}

/** Every mutant of a program's source, in the order of the source. */
export const mutantsOf = (source: string): readonly Mutant[] => new Mutator(source).run();
