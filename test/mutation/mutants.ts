// Mutants: every small change of one file that its tests should notice. Found in the syntax tree, made by replacing text; types,
// imports and comments are left alone. The same file always gives the same list.
import ts from "typescript";

export interface Mutant {
  readonly file: string;
  readonly start: number;
  readonly end: number;
  /** From 1. */
  readonly line: number;
  readonly original: string;
  readonly replacement: string;
}

const OPERATORS: ReadonlyMap<ts.SyntaxKind, readonly string[]> = new Map([
  [ts.SyntaxKind.LessThanToken, ["<=", ">="]],
  [ts.SyntaxKind.LessThanEqualsToken, ["<", ">"]],
  [ts.SyntaxKind.GreaterThanToken, [">=", "<="]],
  [ts.SyntaxKind.GreaterThanEqualsToken, [">", "<"]],
  [ts.SyntaxKind.EqualsEqualsEqualsToken, ["!=="]],
  [ts.SyntaxKind.ExclamationEqualsEqualsToken, ["==="]],
  [ts.SyntaxKind.PlusToken, ["-"]],
  [ts.SyntaxKind.MinusToken, ["+"]],
  [ts.SyntaxKind.AsteriskToken, ["/"]],
  [ts.SyntaxKind.SlashToken, ["*"]],
  [ts.SyntaxKind.PercentToken, ["*"]],
  [ts.SyntaxKind.AmpersandAmpersandToken, ["||"]],
  [ts.SyntaxKind.BarBarToken, ["&&"]],
  [ts.SyntaxKind.QuestionQuestionToken, ["&&"]],
  [ts.SyntaxKind.AmpersandToken, ["|"]],
  [ts.SyntaxKind.GreaterThanGreaterThanGreaterThanToken, ["<<"]],
  [ts.SyntaxKind.PlusEqualsToken, ["-="]],
  [ts.SyntaxKind.MinusEqualsToken, ["+="]],
  [ts.SyntaxKind.AsteriskEqualsToken, ["/="]],
]);

const METHODS: ReadonlyMap<string, string> = new Map([["some", "every"], ["every", "some"], ["min", "max"], ["max", "min"], ["push", "unshift"], ["pop", "shift"]]);

const isType = (node: ts.Node): boolean =>
  ts.isTypeNode(node) || ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node) || ts.isImportDeclaration(node) || ts.isExportDeclaration(node)
  || (ts.isVariableStatement(node) && (node.modifiers ?? []).some(({ kind }) => kind === ts.SyntaxKind.DeclareKeyword));

type Change = readonly [node: ts.Node, replacement: string];

function changesAt(node: ts.Node, source: ts.SourceFile): readonly Change[] {
  const text = (of: ts.Node): string => of.getText(source);
  if (ts.isBinaryExpression(node)) return (OPERATORS.get(node.operatorToken.kind) ?? []).map((other) => [node.operatorToken, other] as const);
  if (ts.isIfStatement(node)) return [[node.expression, "true"], [node.expression, "false"]];
  if (ts.isConditionalExpression(node)) return [[node.condition, "true"], [node.condition, "false"]];
  if (ts.isWhileStatement(node)) return [[node.expression, "false"]];
  if (ts.isForStatement(node)) return node.condition === undefined ? [] : [[node.condition, "false"]];
  if (ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.ExclamationToken) return [[node, text(node.operand)]];
  if (ts.isNumericLiteral(node)) return [[node, String(Number(node.text) + 1)]];
  if (node.kind === ts.SyntaxKind.TrueKeyword) return [[node, "false"]];
  if (node.kind === ts.SyntaxKind.FalseKeyword) return [[node, "true"]];
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return node.text === "" ? [] : [[node, '""']];
  if (ts.isTemplateExpression(node)) return [[node, '""']];
  if (ts.isArrayLiteralExpression(node)) return node.elements.length === 0 ? [] : [[node, "[]"]];
  if (ts.isExpressionStatement(node)) return [[node, ";"]];
  if (ts.isArrowFunction(node)) return ts.isBlock(node.body) ? [[node.body, "{}"]] : [[node.body, "undefined"]];
  if ((ts.isFunctionDeclaration(node) || ts.isMethodDeclaration(node) || ts.isGetAccessor(node)) && node.body !== undefined) return [[node.body, "{}"]];
  if (ts.isPropertyAccessExpression(node) && ts.isCallExpression(node.parent)) {
    const other = METHODS.get(node.name.text);
    return other === undefined ? [] : [[node.name, other]];
  }
  if (node.kind === ts.SyntaxKind.QuestionDotToken) return [[node, "."]];
  return [];
}

export function mutantsOf(file: string, text: string): readonly Mutant[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ESNext, true);
  const found: Mutant[] = [];
  const visit = (node: ts.Node): void => {
    if (isType(node)) return;
    for (const [place, replacement] of changesAt(node, source)) {
      const start = place.getStart(source);
      const original = text.slice(start, place.end);
      if (original !== replacement) found.push({ file, start, end: place.end, line: source.getLineAndCharacterOfPosition(start).line + 1, original, replacement });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

export const mutated = (text: string, { start, end, replacement }: Mutant): string => text.slice(0, start) + replacement + text.slice(end);
