// Script shape: what the text of a program's script says about its functions, so that one that runs can be judged by its own text
// (`Function.prototype.toString`): whether it stands at the top level, where all it can hold on to has a name, or is made anew by a call.
//   N4  Doubt counts against a function: texts that occur more than once are as nested as the worst of them, and blocks with names of
//       their own, initialisers of fields and static blocks are calls.
import { parse, type AnyNode, type Function as FunctionNode, type MethodDefinition, type Pattern, type Property } from "acorn";

/** Of all functions and classes with one text. */
export interface FunctionFacts {
  /** Made inside a call of another function, or may hold a name of a block. */
  nested: boolean;
  /** Of a class: it can name the class, by which nothing else need reach that. */
  method: boolean;
  class: boolean;
  /** Its instances have private fields. */
  privateFields: boolean;
  /** It has private fields itself. */
  privateStatics: boolean;
  /** Written by the bundler: it reads what another module exports. */
  reexport: boolean;
}

export interface ScriptShape {
  readonly names: ReadonlySet<string>;
  readonly functions: ReadonlyMap<string, FunctionFacts>;
}

const NOTHING: FunctionFacts = Object.freeze({ nested: false, method: false, class: false, privateFields: false, privateStatics: false, reexport: false });

/** Where a node stands. */
interface Place {
  /** A call, or something like one, is around it. */
  readonly nested: boolean;
  /** A function is around it: `var` is that one's. */
  readonly inFunction: boolean;
  /** Inside what the bundler reads other modules with. */
  readonly reexport: boolean;
}

const REEXPORT = { by: "__copyProps", text: "() => from[key]" } as const;

const isNode = (value: unknown): value is AnyNode => typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";

function* childrenOf(node: AnyNode): Generator<AnyNode> {
  for (const value of Object.values(node) as readonly unknown[]) {
    if (isNode(value)) yield value;
    else if (Array.isArray(value)) for (const item of value as readonly unknown[]) if (isNode(item)) yield item;
  }
}

function* boundBy(pattern: Pattern): Generator<string> {
  switch (pattern.type) {
    case "Identifier": yield pattern.name; break;
    case "ObjectPattern": for (const property of pattern.properties) yield* boundBy(property.type === "RestElement" ? property.argument : property.value); break;
    case "ArrayPattern": for (const element of pattern.elements) if (element !== null) yield* boundBy(element); break;
    case "AssignmentPattern": yield* boundBy(pattern.left); break;
    case "RestElement": yield* boundBy(pattern.argument); break;
    case "MemberExpression": break;
  }
}

const declaresInBlock = (node: AnyNode | null | undefined): boolean =>
  (node?.type === "VariableDeclaration" && node.kind !== "var") || node?.type === "FunctionDeclaration" || node?.type === "ClassDeclaration";

/** Whether a statement has names of its own, which functions inside may hold on to. */
function hasOwnNames(node: AnyNode): boolean {
  switch (node.type) {
    case "BlockStatement": return node.body.some(declaresInBlock);
    case "SwitchStatement": return node.cases.some(({ consequent }) => consequent.some(declaresInBlock));
    case "ForStatement": return declaresInBlock(node.init);
    case "ForInStatement": case "ForOfStatement": return declaresInBlock(node.left);
    case "CatchClause": return node.param !== null && node.param !== undefined;
    default: return false;
  }
}

const mentionsSuper = (node: AnyNode): boolean => {
  const left: AnyNode[] = [node];
  for (let at = left.pop(); at !== undefined; at = left.pop()) {
    if (at.type === "Super") return true;
    left.push(...childrenOf(at));
  }
  return false;
};

class Reading {
  readonly names = new Set<string>();
  readonly functions = new Map<string, FunctionFacts>();
  readonly #script: string;
  readonly #left: (readonly [AnyNode, Place])[] = [];

  constructor(script: string) { this.#script = script; }

  all(program: AnyNode): void {
    if (program.type === "Program") for (const statement of program.body) this.#topLevel(statement);
    this.#later(childrenOf(program), { nested: false, inFunction: false, reexport: false });
    for (let next = this.#left.pop(); next !== undefined; next = this.#left.pop()) this.#visit(...next);
  }

  #later(nodes: Iterable<AnyNode | null | undefined>, place: Place): void {
    for (const node of nodes) if (node !== null && node !== undefined) this.#left.push([node, place]);
  }

  #topLevel(statement: AnyNode): void {
    if (statement.type === "VariableDeclaration") for (const { id } of statement.declarations) this.#name(id);
    else if (statement.type === "FunctionDeclaration" || statement.type === "ClassDeclaration") this.#name(statement.id);
  }

  #name(pattern: Pattern | null): void {
    if (pattern !== null) for (const name of boundBy(pattern)) this.names.add(name);
  }

  #enter(text: string, { nested, reexport }: Place, facts: Partial<FunctionFacts> = {}): void {
    const known = this.functions.get(text);
    const is = (fact: keyof FunctionFacts, now: boolean): boolean => now || known?.[fact] === true;
    this.functions.set(text, {
      nested: is("nested", facts.nested === true || nested), method: is("method", facts.method === true), class: is("class", facts.class === true),
      privateFields: is("privateFields", facts.privateFields === true), privateStatics: is("privateStatics", facts.privateStatics === true),
      reexport: reexport && text === REEXPORT.text && known?.reexport !== false,
    });
  }

  #text({ start, end }: AnyNode): string { return this.#script.slice(start, end); }

  #visit(node: AnyNode, place: Place): void {
    switch (node.type) {
      case "FunctionDeclaration": case "FunctionExpression": case "ArrowFunctionExpression":
        this.#enter(this.#text(node), place);
        return this.#inside(node, place);
      case "MethodDefinition": return this.#method(node, place, node.static ? this.#text(node).replace(/^static(?:\s|\/\*[^]*?\*\/)*/, "") : this.#text(node), { method: true });
      case "Property":
        if (node.method || node.kind !== "init") return this.#method(node, place, this.#text(node), { nested: mentionsSuper(node.value) });
        break;
      case "PropertyDefinition":
        this.#later([node.key], place);
        return this.#later([node.value], { ...place, nested: true, inFunction: true });
      case "StaticBlock": return this.#later(node.body, { ...place, nested: true, inFunction: true });
      case "ClassDeclaration": case "ClassExpression": {
        const fields = node.body.body.filter((member) => member.type === "PropertyDefinition" && member.key.type === "PrivateIdentifier");
        const of = (isStatic: boolean): boolean => fields.some((field) => field.type === "PropertyDefinition" && field.static === isStatic);
        this.#enter(this.#text(node), place, { class: true, privateFields: of(false), privateStatics: of(true) });
        break;
      }
      case "VariableDeclaration":
        if (!place.inFunction && node.kind === "var") for (const { id } of node.declarations) this.#name(id);
        break;
      case "VariableDeclarator":
        if (!place.nested && node.id.type === "Identifier" && node.id.name === REEXPORT.by) return this.#later(childrenOf(node), { ...place, reexport: true });
        break;
      default: if (hasOwnNames(node)) return this.#later(childrenOf(node), { ...place, nested: true });
    }
    this.#later(childrenOf(node), place);
  }

  #inside(node: FunctionNode, place: Place): void {
    this.#later([...node.params, node.body], { ...place, nested: true, inFunction: true });
  }

  #method(node: MethodDefinition | Property, place: Place, text: string, facts: Partial<FunctionFacts>): void {
    this.#enter(text, place, facts);
    this.#later([node.key], place);
    if (node.value.type === "FunctionExpression") this.#inside(node.value, place);
  }
}

/** Undefined for what cannot be parsed. */
export function shapeOfScript(script: string): ScriptShape | undefined {
  try {
    const reading = new Reading(script);
    reading.all(parse(script, { ecmaVersion: "latest", sourceType: "script", allowReturnOutsideFunction: true, allowHashBang: false }));
    return reading;
  } catch {
    return undefined;
  }
}

/** What is known of a function by its text: undefined where it is none of the script's. */
export function factsOf({ functions }: ScriptShape, script: string, text: string): FunctionFacts | undefined {
  return functions.get(text) ?? (script.includes(text) ? { ...NOTHING, nested: true } : undefined);
}
