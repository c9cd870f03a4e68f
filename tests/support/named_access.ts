/**
 * Finds code that reads a property of a document, or of a node that may be a form, which an element of the page can
 * override: `<img name="querySelector">`, `<input name="getAttribute">` (HTML, 3.1.6 and 4.10.3, both
 * `[LegacyOverrideBuiltIns]`). It uses types: the result of `dom()` is not a node, so it is not found.
 */
import { relative } from "@std/path";
import ts from "typescript";

/** Interfaces whose properties can be overridden by named elements. */
const OVERRIDDEN = ["Document", "HTMLFormElement"] as const;
/** Methods with a type argument for their result. */
const FINDERS = /^(querySelector|querySelectorAll|closest)$/;

/** Functions that use properties of their first argument. */
const READERS = /^(Reflect\.(get|has|set)|Object\.(assign|entries|values))$/;

/** Compiler options, as in `deno.json`. A file that does not compile could not be checked. */
const OPTIONS: ts.CompilerOptions = {
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  allowImportingTsExtensions: true,
  noEmit: true,
  types: [],
  target: ts.ScriptTarget.ESNext,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  lib: ["lib.esnext.d.ts", "lib.dom.d.ts", "lib.dom.iterable.d.ts", "lib.dom.asynciterable.d.ts"],
};

/**
 * Lists every use of a property that an element of the page could hide, as `file:line: code`.
 *
 * @param entries TypeScript files. Their imports are checked as well.
 * @param root Folder of the relative file names. Files outside of it are not checked.
 * @throws {Error} If a file does not compile.
 */
export function findNamedAccess(entries: readonly string[], root: string): string[] {
  const program = ts.createProgram(entries, OPTIONS);
  const checker = program.getTypeChecker();
  const found: string[] = [];
  for (const file of program.getSourceFiles()) {
    const name = relative(root, file.fileName).replaceAll("\\", "/");
    if (file.isDeclarationFile || name.startsWith("..")) continue;
    const [problem] = [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)];
    if (problem) {
      const text = ts.flattenDiagnosticMessageText(problem.messageText, "\n");
      throw new Error(`Cannot check "${name}": it does not compile; ${text}`);
    }
    const look = createLook(checker, file);
    const visit = (node: ts.Node): void => {
      if (look(node)) {
        const { line } = file.getLineAndCharacterOfPosition(node.getStart(file));
        found.push(`${name}:${line + 1}: ${node.getText(file).split("\n", 1)[0]}`);
      }
      ts.forEachChild(node, visit);
    };
    visit(file);
  }
  return found;
}

/** Creates the check whether an element could override a property that code uses. */
function createLook(checker: ts.TypeChecker, file: ts.SourceFile): (node: ts.Node) => boolean {
  const typeOf = (name: string): ts.Type => {
    const symbol = checker.resolveName(name, file, ts.SymbolFlags.Interface, false);
    if (symbol === undefined) throw new Error(`Cannot check "${file.fileName}": it has no type "${name}"`);
    return checker.getDeclaredTypeOfSymbol(symbol);
  };
  const node = typeOf("Node");
  const wide = new Set(OVERRIDDEN.map(typeOf).flatMap(withBases));

  function withBases(type: ts.Type): ts.Type[] {
    return [type, ...(type.isClassOrInterface() ? checker.getBaseTypes(type).flatMap(withBases) : [])];
  }

  /** Returns whether a value of this type may be a document or a form. By name: many interfaces of elements look alike. */
  function mayOverride(type: ts.Type): boolean {
    const plain = checker.getNonNullableType(checker.getBaseConstraintOfType(type) ?? type);
    if (plain.isUnion()) return plain.types.some(mayOverride);
    if (!plain.isIntersection()) return wide.has(plain);
    // An intersection with another interface is neither of them.
    const others = plain.types.filter((each) => !wide.has(each));
    return others.length < plain.types.length && !others.some((each) => checker.isTypeAssignableTo(each, node));
  }
  const may = (node: ts.Node): boolean => mayOverride(checker.getTypeAtLocation(node));

  return (node) => {
    if (ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node)) return may(node.expression);
    if (ts.isObjectBindingPattern(node)) return node.elements.length > 0 && may(node);
    if (ts.isBinaryExpression(node)) {
      const { left, operatorToken: { kind }, right } = node;
      const isPattern = kind === ts.SyntaxKind.EqualsToken && ts.isObjectLiteralExpression(left);
      return (isPattern || kind === ts.SyntaxKind.InKeyword) && may(right);
    }
    // A cast to another type would hide a form.
    if (ts.isAsExpression(node)) return !ts.isConstTypeReference(node.type) && may(node.expression) && !may(node.type);
    if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return false;
    const { expression, typeArguments: [result] = [], arguments: [first] } = node;
    if (first === undefined) return false;
    if (READERS.test(expression.getText(file))) return may(first);
    // A type argument of a query would, too.
    return FINDERS.test(expression.name.text) && result !== undefined && !may(result) &&
      !(ts.isStringLiteralLike(first) && namesOtherElements(first.text));
  };
}

/** Returns whether each selector of a list starts with the name of an element other than a form. */
function namesOtherElements(selectors: string): boolean {
  return selectors.split(",").every((selector) => /^\s*(?!form\b)[a-z]+(?![\w-])[^\s>+~]*$/.test(selector));
}
