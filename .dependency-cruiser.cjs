/**
 * The arrows between rooms and folders; `test/arrows.test.ts` cruises the tree with these rules, and a tree of
 * planted violations to see that each rule still finds what it is for.
 *
 *   raft → nothing      storage → raft      src → storage, raft      chaos, test, bench, fuzz, interop → anything
 *
 * Outsiders import a folder's `index.ts`. No circles, not of types either.
 */
const rooms = '^(raft|storage|src)/';

/**
 * Faces besides a room's own `index.ts`: inner folders that are a subject of their own, and the real ports, which
 * stay out of the index so that the simulator loads neither node:fs nor LevelDB.
 */
const innerFaces = ['^storage/[^/]+/index\\.ts$', '^storage/(node-disk|level-key-value)\\.ts$'];

const forbidden = [
  {
    name: 'raft-imports-only-itself',
    comment: 'raft/ is the pure core: move what you need into raft/, or turn the arrow around with a port.',
    from: { path: '^raft/' },
    to: { pathNot: '^raft/' },
  },
  {
    name: 'storage-imports-only-raft',
    comment: 'storage/ knows logs, not what runs on them.',
    from: { path: '^storage/' },
    to: { path: '^(src|chaos|test|bench|fuzz|scripts)/' },
  },
  {
    name: 'product-imports-no-proof',
    comment:
      'nothing that ships imports chaos/, test/, bench/, fuzz/ or interop/; flotilla/testing is built from chaos/testing.ts.',
    from: { path: rooms },
    to: { path: '^(chaos|test|bench|fuzz|interop|scripts)/' },
  },
  {
    name: 'through-the-face-of-raft',
    comment: 'import raft/index.ts; export there what outsiders need.',
    from: { path: '^(storage|src)/' },
    to: { path: '^raft/', pathNot: '^raft/index\\.ts$' },
  },
  {
    name: 'through-the-face-of-storage',
    comment: 'import storage/index.ts (or a listed inner face); export there what outsiders need.',
    from: { path: '^src/' },
    to: { path: '^storage/', pathNot: ['^storage/index\\.ts$', ...innerFaces] },
  },
  {
    name: 'through-the-face-of-storage-batch',
    comment: 'import storage/batch/index.ts: the batch format is a subject of its own.',
    from: { path: '^storage/', pathNot: '^storage/batch/' },
    to: { path: '^storage/batch/', pathNot: '^storage/batch/index\\.ts$' },
  },
  {
    name: 'through-the-face-of-a-folder',
    comment: "import the folder's index.ts; export there what outsiders need.",
    from: { path: '^src/([^/]+)', pathNot: '^src/(node|node-main)\\.ts$' },
    to: { path: '^src/[^/]+/', pathNot: ['^src/$1/', '^src/[^/]+/index\\.ts$', '^src/wire/tool\\.ts$', '/generated/'] },
  },
  {
    name: 'real-ports-only-at-the-edge',
    comment: 'only src/node.ts, src/node-main.ts and the CLI construct real ports; everybody else is handed ports.',
    from: { path: rooms, pathNot: '^src/(runtime/|cli/|node\\.ts$|node-main\\.ts$)' },
    to: { path: ['^src/runtime/', '^storage/(node-disk|level-key-value)\\.ts$'] },
  },
  {
    name: 'nobody-imports-the-cli',
    comment: 'the CLI is an edge.',
    from: { pathNot: '^(src/cli/|test/)' },
    to: { path: '^src/cli/' },
  },
  {
    name: 'no-circles',
    comment: 'files that need each other are one concept, or a third is missing.',
    from: { path: '^(raft|storage|src|chaos|bench|fuzz)/' },
    to: { circular: true },
  },
  {
    name: 'imports-resolve',
    comment: 'the imported file or package does not exist.',
    from: {},
    to: { couldNotResolve: true },
  },
  {
    name: 'product-needs-no-development-package',
    comment: 'put the package into "dependencies".',
    from: { path: rooms },
    to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'] },
  },
];

module.exports = {
  forbidden: forbidden.map((rule) => ({ severity: 'error', ...rule })),
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^dist/' },
    // The default parser loses `export type … from`.
    parser: 'swc',
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    combinedDependencies: false,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      extensions: ['.ts', '.js', '.mjs', '.cjs', '.d.ts', '.json'],
    },
    skipAnalysisNotInRules: true,
  },
};
