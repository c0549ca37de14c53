import tseslint from 'typescript-eslint';

const bannedName = /(?:Service|Manager|Helper|Util|Utils|Common|Base)$/;

export default tseslint.config(
  { ignores: ['dist/', 'coverage/', 'src/records/generated/', '.hostkeeper/'] },
  tseslint.configs.base,
  {
    rules: {
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-console': 'error',
      'no-empty': 'error',
      'no-unused-vars': 'off',
      'no-restricted-syntax': [
        'error',
        // test/architecture.test.ts reads static imports only.
        { selector: 'ImportExpression', message: 'Import at the top of the file.' },
        { selector: 'ExportDefaultDeclaration', message: 'Export by name.' },
        { selector: 'Decorator', message: 'No decorators.' },
        {
          selector: `:matches(ClassDeclaration, TSInterfaceDeclaration, TSTypeAliasDeclaration, FunctionDeclaration) > Identifier.id[name=${bannedName}]`,
          message: 'Name it after what it does.',
        },
      ],
      'prefer-const': 'error',
    },
  },
  {
    files: ['**/*.ts'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { arguments: false } }],
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/await-thenable': 'error',
    },
  },
  { files: ['test/**'], rules: { '@typescript-eslint/no-explicit-any': 'off' } },
  {
    files: ['scripts/*.js', 'src/main.ts'],
    rules: { 'no-restricted-syntax': 'off' },
  },
  {
    // What Jest and ESLint load by their default export.
    files: ['*.config.js', 'test/harness/*.js'],
    rules: { 'no-restricted-syntax': 'off' },
  },
);
