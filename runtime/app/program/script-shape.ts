// Script shape: what the text of a program's script says about its functions, so that one that runs can be judged by its own text
// (`Function.prototype.toString`): whether it stands at the top level, where all it can hold on to has a name, or is made anew by a call
// and may hold on to what that call had.
//   N4  Doubt counts against a function: texts that occur more than once are as bad as the worst of them; blocks with names of their own,
//       initialisers of fields and static blocks are calls; a name counts as the call's wherever in it that is bound.
import { parse, type AnyNode, type Expression, type Pattern, type PrivateIdentifier } from "acorn";

/** Of all functions and classes with one text. */
export interface FunctionFacts {
  /** Made inside a call of another function, and mentions a name that is bound there; or a class that is. */
  captures: boolean;
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

const NOTHING: FunctionFacts = Object.freeze({ captures: false, method: false, class: false, privateFields: false, privateStatics: false, reexport: false });

/** Functions inside functions that are looked through: every name is looked for in each of them. */
const DEPTH_MAX = 64;

/** A call, or something like one. */
interface Scope {
  readonly outer: Scope | undefined;
  readonly bound: ReadonlySet<string>;
  /** It has no `this` of its own. */
  readonly arrow: boolean;
  readonly depth: number;
  captures: boolean;
}

/** Where a node stands. */
interface Place {
  /** The innermost call around it. */
  readonly scope: Scope | undefined;
  /** The class around it, where that has a name. */
  readonly inClass: string | undefined;
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

type FunctionNode = Extract<AnyNode, { readonly type: "FunctionDeclaration" | "FunctionExpression" | "ArrowFunctionExpression" }>;
type ClassNode = Extract<AnyNode, { readonly type: "ClassDeclaration" | "ClassExpression" }>;
const isFunction = (node: AnyNode): node is FunctionNode => node.type === "FunctionDeclaration" || node.type === "FunctionExpression" || node.type === "ArrowFunctionExpression";

/** Names bound anywhere between here and the functions inside. */
function boundIn(nodes: Iterable<AnyNode | null | undefined>): Set<string> {
  const names = new Set<string>();
  const left = [...nodes];
  for (let at = left.pop(); left.length > 0 || at !== undefined; at = left.pop()) {
    if (at === undefined || at === null) continue;
    if (at.type === "VariableDeclarator") for (const name of boundBy(at.id)) names.add(name);
    else if (at.type === "CatchClause") for (const name of at.param ? boundBy(at.param) : []) names.add(name);
    else if ((at.type === "FunctionDeclaration" || at.type === "ClassDeclaration" || at.type === "ClassExpression") && at.id !== null && at.id !== undefined) names.add(at.id.name);
    if (!isFunction(at)) for (const child of childrenOf(at)) left.push(child);
  }
  return names;
}

/** @throws RangeError for what nobody writes */
function scopeOf(outer: Scope | undefined, bound: ReadonlySet<string>, arrow: boolean): Scope {
  const depth = (outer?.depth ?? 0) + 1;
  if (depth > DEPTH_MAX) throw new RangeError(`functions nested ${depth} deep`);
  return { outer, bound, arrow, depth, captures: false };
}

/** What a name means for those who mention it: whoever stands inside of where it is bound holds on to that. */
function mention(name: string, from: Scope | undefined): void {
  let outermost: Scope | undefined;
  for (let binder = from?.outer; binder !== undefined; binder = binder.outer) if (binder.bound.has(name)) outermost = binder;
  if (outermost !== undefined) for (let scope = from; scope !== outermost && scope !== undefined; scope = scope.outer) scope.captures = true;
}

/** `this` and its like are of the innermost call that is no arrow's. */
function mentionThis(from: Scope | undefined): void {
  let owner = from;
  while (owner?.arrow === true) owner = owner.outer;
  if (owner !== undefined) for (let scope = from; scope !== owner && scope !== undefined; scope = scope.outer) scope.captures = true;
}

interface Entry {
  readonly text: string;
  readonly facts: FunctionFacts;
  /** Its own. */
  readonly scope: Scope | undefined;
}

class Reading {
  readonly names = new Set<string>();
  readonly #script: string;
  readonly #left: (readonly [AnyNode, Place])[] = [];
  readonly #entries: Entry[] = [];

  constructor(script: string) { this.#script = script; }

  of(program: AnyNode): ScriptShape {
    if (program.type === "Program") for (const statement of program.body) this.#topLevel(statement);
    this.#later(childrenOf(program), { scope: undefined, inClass: undefined, inFunction: false, reexport: false });
    for (let next = this.#left.pop(); next !== undefined; next = this.#left.pop()) this.#visit(...next);
    return { names: this.names, functions: this.#functions() };
  }

  /** By text, each as bad as the worst that has it. */
  #functions(): ScriptShape["functions"] {
    const functions = new Map<string, FunctionFacts>();
    for (const { text, facts, scope } of this.#entries) {
      const found = { ...facts, captures: facts.captures || scope?.captures === true };
      const known = functions.get(text);
      // All else stands in the text itself.
      functions.set(text, known === undefined ? found : { ...found, captures: found.captures || known.captures, method: found.method || known.method, reexport: found.reexport && known.reexport });
    }
    return functions;
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

  #text({ start, end }: AnyNode): string { return this.#script.slice(start, end); }

  #visit(node: AnyNode, place: Place): void {
    switch (node.type) {
      case "FunctionDeclaration": case "FunctionExpression": case "ArrowFunctionExpression": return this.#function(node, node, this.#text(node), place);
      case "MethodDefinition":
        this.#key(node, place);
        return this.#function(node.value, node, node.static ? this.#text(node).replace(/^static(?:\s|\/\*[^]*?\*\/)*/, "") : this.#text(node), place);
      case "Property":
        this.#key(node, place);
        return (node.method || node.kind !== "init") && isFunction(node.value) ? this.#function(node.value, node, this.#text(node), place) : this.#later([node.value], place);
      case "PropertyDefinition":
        this.#key(node, place);
        return this.#initialiser([node.value], place);
      case "StaticBlock": return this.#initialiser(node.body, place);
      case "ClassDeclaration": case "ClassExpression": return this.#class(node, place);
      case "MemberExpression": return this.#later(node.computed ? [node.object, node.property] : [node.object], place);
      case "Identifier": return node.name === "arguments" ? mentionThis(place.scope) : mention(node.name, place.scope);
      case "ThisExpression": case "Super": case "MetaProperty": return mentionThis(place.scope);
      case "VariableDeclaration":
        if (!place.inFunction && node.kind === "var") for (const { id } of node.declarations) this.#name(id);
        break;
      case "VariableDeclarator":
        if (place.scope === undefined && node.id.type === "Identifier" && node.id.name === REEXPORT.by) return this.#later(childrenOf(node), { ...place, reexport: true });
        break;
      default: if (place.scope === undefined && hasOwnNames(node)) return this.#later(childrenOf(node), { ...place, scope: scopeOf(place.scope, boundIn([node]), true) });
    }
    this.#later(childrenOf(node), place);
  }

  #key({ key, computed }: { readonly key: Expression | PrivateIdentifier; readonly computed: boolean }, place: Place): void {
    if (computed) this.#later([key], place);
  }

  /** `node`: the function itself, or its part of the member that it is. */
  #function(node: FunctionNode, whole: AnyNode, text: string, place: Place): void {
    const { params, body } = node;
    const method = whole.type === "MethodDefinition";
    const bound = boundIn([body]);
    for (const param of params) for (const name of boundBy(param)) bound.add(name);
    if (node.type === "FunctionExpression" && node.id) bound.add(node.id.name);
    if (method && place.inClass !== undefined) bound.add(place.inClass);
    const scope = scopeOf(place.scope, bound, node.type === "ArrowFunctionExpression");
    // The home of a method with `super` need not be reached by anything else; a class has its methods itself.
    const facts = { ...NOTHING, method, captures: whole.type === "Property" && mentionsSuper(node), reexport: place.reexport && text === REEXPORT.text };
    this.#entries.push({ text, facts, scope });
    this.#later([...params, body], { ...place, scope, inFunction: true });
  }

  #initialiser(nodes: readonly (AnyNode | null | undefined)[], place: Place): void {
    const bound = boundIn(nodes);
    if (place.inClass !== undefined) bound.add(place.inClass);
    this.#later(nodes, { ...place, scope: scopeOf(place.scope, bound, false), inFunction: true });
  }

  #class(node: ClassNode, place: Place): void {
    const fields = node.body.body.flatMap((member) => (member.type === "PropertyDefinition" && member.key.type === "PrivateIdentifier" ? [member.static] : []));
    this.#entries.push({ text: this.#text(node), facts: { ...NOTHING, class: true, captures: place.scope !== undefined, privateFields: fields.includes(false), privateStatics: fields.includes(true) }, scope: undefined });
    this.#later([node.superClass, node.body], { ...place, inClass: node.id?.name });
  }
}

/** Not in the functions inside, which have their own. */
function mentionsSuper(node: AnyNode): boolean {
  const left: AnyNode[] = [node];
  for (let at = left.pop(); at !== undefined; at = left.pop()) {
    if (at.type === "Super") return true;
    if (at === node || at.type === "ArrowFunctionExpression" || !isFunction(at)) for (const child of childrenOf(at)) left.push(child);
  }
  return false;
}

/** Undefined for what cannot be parsed. */
export function shapeOfScript(script: string): ScriptShape | undefined {
  try {
    return new Reading(script).of(parse(script, { ecmaVersion: "latest", sourceType: "script", allowReturnOutsideFunction: true }));
  } catch {
    return undefined;
  }
}

/** What is known of a function by its text: undefined where it is none of the script's. */
export function factsOf({ functions }: ScriptShape, script: string, text: string): FunctionFacts | undefined {
  return functions.get(text) ?? (script.includes(text) ? { ...NOTHING, captures: true } : undefined);
}
