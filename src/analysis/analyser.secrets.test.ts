import { expect, test } from 'vitest'
import { openSecrets } from './analyser.secrets.ts'
import { analyserContract, changedFile, placed } from './analyser.contract.ts'

function joined(...parts: readonly string[]): string {
  return parts.join('')
}

const never = new AbortController().signal
/** Put together here, so that scanners which look at this repository find nothing. */
const token = joined('gh', 'p', '_', 'q7Rz2Kx9Vb4Nm1Tc8Wp5Yd3Hf6Jg0Ls', 'A1b2C')
const key = [
  joined('-----BEGIN ', 'PRIVATE KEY', '-----'),
  ...Array.from({ length: 4 }, () => 'q7Rz2Kx9Vb4Nm1Tc8Wp5Yd3Hf6Jg0Lsq7Rz2Kx9Vb4Nm1Tc8Wp5Yd3Hf6Jg0Ls'),
  joined('-----END ', 'PRIVATE KEY', '-----'),
]

analyserContract({
  open: openSecrets,
  mistake: {
    path: 'src/login.ts',
    source: `const user = 'app'\nconst password = 'Tr0ub4dor&3' // <-- here\n`,
  },
  clean: {
    path: 'src/clean.ts',
    source: 'const password = process.env.DB_PASSWORD\n',
  },
  uncovered: 'docs/picture.svg',
})

test('a finding names the kind and the place, and never repeats the secret', async () => {
  const { findings } = await openSecrets().analyse(
    [changedFile('src/app.ts', `use('a')\nuse('${token}')\n`)],
    never,
  )
  expect(placed(findings)).toEqual(['github-token@2'])
  expect(findings[0]).toMatchObject({ severity: 'critical', category: 'security' })
  expect(findings[0]?.title).toBe('A GitHub token is written in the code')
  expect(JSON.stringify(findings)).not.toContain(token)
})

test('a private key over several lines is one finding on all of them', async () => {
  const { findings } = await openSecrets().analyse(
    [changedFile('deploy/server.pem', `${key.join('\n')}\n`)],
    never,
  )
  expect(placed(findings)).toEqual(['private-key@1-6'])
})

test('lines of ten megabytes are read, or named as too large', async () => {
  const large = changedFile('data.json', joined('a'.repeat(5_000_000), ' ', token, '\n'))
  const { findings } = await openSecrets().analyse([large], never)
  expect(placed(findings)).toEqual(['github-token@1'])
  const { unread } = await openSecrets().analyse([changedFile('data.json', 'a'.repeat(10_000_001))], never)
  expect(unread).toEqual([{ path: 'data.json', reason: 'too large for the linter' }])
})

test('what only looks like a secret in a test is no finding', async () => {
  const { findings } = await openSecrets().analyse(
    [changedFile('test/login.test.ts', `const password = 'Tr0ub4dor&3'\nuse('${token}')\n`)],
    never,
  )
  expect(findings).toEqual([])
})
