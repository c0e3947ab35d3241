import { expect, test } from 'vitest'
import { fileRole } from './file-role.ts'

const paths = {
  source: [
    'src/main.ts',
    'Dockerfile',
    'db/migrate/001.sql',
    'src/latest.py',
    'src/contest.ts',
    'infra/main.tf',
    '.github/workflows/ci.yml',
    'no-extension',
  ],
  test: [
    'src/main.test.ts',
    'src/__tests__/main.ts',
    'tests/Unit/UserRule.php',
    'pkg/server_test.go',
    'test_server.py',
    'app/conftest.py',
    'spec/models/user.rb',
    'src/main/UserServiceTest.java',
  ],
  'prose or settings': [
    'README.md',
    'docs/guide.rst',
    'package.json',
    'LICENSE',
    'a/.gitignore',
    'tests/data.json',
  ],
} as const

test.each(Object.entries(paths))('the role %s is told from the path', (role, all) => {
  expect(all.filter((path) => fileRole(path) !== role)).toEqual([])
})
