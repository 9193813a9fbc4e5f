/**
 * The lint rules that oxlint has no option for.
 *
 *   flotilla/pure               no async, await, Promise, generator, import() or Buffer   (raft/)
 *   flotilla/no-dynamic-import  no import()                                             (the core: it breaks determinism)
 *   flotilla/no-module-state    no `let` or `var` at module level, no `static` field that is not readonly
 *   flotilla/erasable           no enum, namespace, parameter property or decorator
 *   flotilla/documented         exported classes, and functions of more than one statement, have a docstring (raft/, storage/)
 *   flotilla/no-swallowing      no empty catch, none without a binding that is looked at or a comment that says why
 */

function rule(message, visitors) {
  return {
    create(context) {
      const report = (node) => context.report({ message, node });
      return visitors(report, context);
    },
  };
}

const isNamed = (node, name) => node?.type === 'Identifier' && node.name === name;

const pure = rule(
  'raft/ is pure and synchronous: no async, await, Promise, generators, import() or bytes',
  (report) => {
    const reportAsync = (node) => {
      if (node.async || node.generator) report(node);
    };
    return {
      FunctionDeclaration: reportAsync,
      FunctionExpression: reportAsync,
      ArrowFunctionExpression: reportAsync,
      AwaitExpression: report,
      ImportExpression: report,
      ForOfStatement(node) {
        if (node.await) report(node);
      },
      NewExpression(node) {
        if (isNamed(node.callee, 'Promise')) report(node);
      },
      MemberExpression(node) {
        if (isNamed(node.object, 'Promise') || isNamed(node.object, 'Buffer')) report(node);
      },
      TSTypeReference(node) {
        if (isNamed(node.typeName, 'Promise') || isNamed(node.typeName, 'PromiseLike')) report(node);
      },
    };
  },
);

const noDynamicImport = rule('no import(): loading order would depend on the disk', (report) => ({
  ImportExpression: report,
}));

const noModuleState = rule(
  'no mutable state at module level: two nodes share a process in the simulator',
  (report) => ({
    Program(node) {
      for (const statement of node.body) {
        const declaration = statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement;
        if (declaration?.type === 'VariableDeclaration' && declaration.kind !== 'const' && !declaration.declare)
          report(declaration);
      }
    },
    PropertyDefinition(node) {
      if (node.static && !node.readonly) report(node);
    },
  }),
);

const erasable = rule(
  'no enum, namespace, parameter property or decorator: use `as const` objects and plain fields',
  (report) => ({
    TSEnumDeclaration: report,
    TSModuleDeclaration: report,
    TSParameterProperty: report,
    Decorator: report,
  }),
);

const noSwallowing = rule(
  'a catch handles the error, rethrows it, or says in a comment why nothing is to be done',
  (report, context) => ({
    CatchClause(node) {
      const hasComment = context.sourceCode.getCommentsInside(node.body).length > 0;
      if (node.body.body.length === 0 && !hasComment) report(node);
    },
  }),
);

/** Says enough by its name and types: a type whose members speak for themselves, a constant, a function of one statement. */
function speaksForItself(declaration) {
  if (declaration.type === 'FunctionDeclaration') return (declaration.body?.body.length ?? 0) <= 1;
  return declaration.type !== 'ClassDeclaration';
}

const documentation = 'say in a /** comment what this is: units, which end is included, who owns it, what it throws';

const documented = rule(documentation, (report, context) => ({
  ExportNamedDeclaration(node) {
    if (node.declaration === null || speaksForItself(node.declaration)) return;
    const before = context.sourceCode.getCommentsBefore(node).at(-1);
    if (before?.type !== 'Block' || !before.value.startsWith('*')) report(node);
  },
}));

export default {
  meta: { name: 'flotilla' },
  rules: {
    pure,
    documented,
    erasable,
    'no-dynamic-import': noDynamicImport,
    'no-module-state': noModuleState,
    'no-swallowing': noSwallowing,
  },
};
