import importX from 'eslint-plugin-import-x'
import tseslint from 'typescript-eslint'

const rooms = [
  'core',
  'github',
  'image',
  'evidence',
  'scan',
  'oci',
  'kubernetes',
  'delivery',
  'testing',
]

// Imports point one way: actions → delivery → {kubernetes, evidence, scan, oci, image, github} → core.
const mayImport = {
  core: [],
  github: ['core'],
  image: ['core'],
  scan: ['core'],
  oci: ['core'],
  kubernetes: ['core'],
  evidence: ['core', 'image'],
  delivery: ['core', 'github', 'image', 'scan', 'oci', 'kubernetes', 'evidence'],
  testing: ['core', 'github', 'image', 'scan', 'oci', 'kubernetes', 'evidence', 'delivery'],
}

function forbidden(names, message) {
  return names.map((name) => ({ group: [name], message }))
}

function importDirections() {
  return Object.entries(mayImport).map(([room, allowed]) => ({
    files: [`packages/${room}/src/**/*.ts`],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            ...forbidden(
              rooms
                .filter((other) => !allowed.includes(other))
                .map((other) => `@oke-pipeline/${other}`),
              `packages/${room} may import only: ${allowed.join(', ') || 'nothing of ours'}.`,
            ),
            ...forbidden(
              ['**/actions/*', '@oke-pipeline/action-*'],
              'No package imports an action.',
            ),
          ],
        },
      ],
    },
  }))
}

export default tseslint.config(
  {
    ignores: [
      '**/lib/**',
      'dist/**',
      'coverage/**',
      'report/**',
      'test/fixtures/**',
      'examples/**',
      'test/demo/commits/**',
    ],
  },
  ...tseslint.configs.strictTypeChecked,
  ...tseslint.configs.stylisticTypeChecked,
  {
    plugins: { 'import-x': importX },
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ['*.config.js'] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      'import-x/order': ['error', { alphabetize: { order: 'asc' }, 'newlines-between': 'never' }],
      'import-x/no-cycle': 'off',
      'max-depth': ['error', 3],
      'max-params': ['error', 4],
      complexity: ['error', 12],
      eqeqeq: 'error',
      'no-console': 'off',
    },
  },
  {
    // Tests and tools are one project of their own, which nothing is built from.
    files: ['scripts/**/*.ts', 'test/**/*.ts', '{packages,actions}/*/test/**/*.ts'],
    languageOptions: {
      parserOptions: { projectService: false, project: './tsconfig.tools.json' },
    },
  },
  {
    files: ['packages/*/src/**/*.ts', 'actions/*/src/**/*.ts'],
    rules: { 'no-console': 'error' },
  },
  {
    files: ['actions/*/src/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: forbidden(
            ['@oke-pipeline/action-*', '../../*/**'],
            'No action imports another.',
          ),
        },
      ],
    },
  },
  ...importDirections(),
  {
    files: ['**/*.js'],
    ...tseslint.configs.disableTypeChecked,
    rules: {
      ...tseslint.configs.disableTypeChecked.rules,
      '@typescript-eslint/explicit-module-boundary-types': 'off',
      '@typescript-eslint/no-extraneous-class': 'off',
    },
  },
)
