import { expect, test } from 'vitest'
import { mayHoldSecret } from './may-hold-secret.ts'
import { scanSecrets } from './secret-scanner.ts'

function joined(...parts: readonly string[]): string {
  return parts.join('')
}

/** Samples are put together here, so that scanners which look at this repository find nothing. */
const random = 'q7Rz2Kx9Vb4Nm1Tc8Wp5Yd3Hf6Jg0Ls'
const samples: Readonly<Record<string, string>> = {
  'github-token': joined('gh', 'p', '_', random, 'A1b2C3'),
  'gitlab-token': joined('gl', 'pat', '-', random.slice(0, 20)),
  'slack-token': joined('xox', 'b', '-', '2847561930', '-', '9182736450', '-', random.slice(0, 24)),
  'stripe-key': joined('sk', '_live_', random.slice(0, 24)),
  'openai-key': joined('sk', '-proj-', random, random),
  'anthropic-key': joined('sk', '-ant-', 'api03-', random, random, random, 'AA'),
  'google-api-key': joined('AI', 'za', random, 'abc-'),
  'npm-token': joined('np', 'm', '_', random, 'x7Y8z'),
  'sendgrid-key': joined('S', 'G', '.', random.slice(0, 22), '.', random, random.slice(0, 12)),
}

const keyLines = Array.from({ length: 6 }, (_, line) => `${random}${random}`.slice(line, line + 60))
const privateKey = [
  joined('-----BEGIN RSA ', 'PRIVATE KEY', '-----'),
  ...keyLines,
  joined('-----END RSA ', 'PRIVATE KEY', '-----'),
].join('\n')

/** What the scanner calls secret, to the letter, with a `?` behind what is not certain. */
async function found(text: string, path = 'src/app.ts'): Promise<string[]> {
  const spans = await scanSecrets(text, path)
  return spans.map(
    ({ start, end, kind, certain }) => `${kind}${certain ? '' : '?'}: ${text.slice(start, end)}`,
  )
}

test.each(Object.entries(samples))('%s is found, alone and exactly', async (kind, secret) => {
  expect(await found(`const value = load("${secret}")\n`)).toEqual([`${kind}: ${secret}`])
})

test.each([
  ['password = "hunter2"', 'password: hunter2'],
  [`const config = { dbPassword: 'Tr0ub4dor&3' }`, 'password: Tr0ub4dor&3'],
  [`"api_key": "${random}"`, `credential: ${random}`],
  [`client_secret = '${random}'`, `credential: ${random}`],
  [`if password == "s3same!": pass`, 'password: s3same!'],
  [joined('postgres://app:', 's3cr3tpw', '@db.shop.net/orders'), 'connection-password: s3cr3tpw'],
  [joined('<password>', 'Tr0ub4dor3', '</password>'), 'password: Tr0ub4dor3'],
  [`AWS_SECRET_ACCESS_KEY = "${random}AbCdEf12/"`, `aws-secret-key: ${random}AbCdEf12/`],
])('%s holds a secret', async (text, secret) => {
  expect(await found(`${text}\n`)).toEqual([secret])
})

test('the quick look overlooks nothing that the scan would find', async () => {
  const texts = [
    ...Object.values(samples),
    'Set password: "hunter2"',
    `use token='Tr0ub4dor&3'`,
    joined('Move to ftp://app:', 's3cr3tpw', '@db.shop.net'),
    joined('<pwd>', 'Tr0ub4dor3', '</pwd>'),
    privateKey,
    privateKey.replaceAll('\n', ' '),
  ]
  for (const text of texts) expect([text, mayHoldSecret(text)]).toEqual([text, true])
  for (const title of ['Fix the parser', "Don't cut titles (#12)", 'feat(api): paginate, at last', ''])
    expect([title, mayHoldSecret(title)]).toEqual([title, false])
})

test.each([
  'password = "changeme"',
  'password = "<your password>"',
  'password = os.environ["DB_PASSWORD"]',
  'password: `${user.password}`',
  'api_key = "xxxxxxxxxxxxxxxxxxxxxxxx"',
  `api_key = "your-api-key-here-1234567890"`,
  'token = "550e8400-e29b-41d4-a716-446655440000"',
  'label = { password: "Forgot your password?" }',
  `passwordField: 'input[name=password]'`,
  'token_type = "bearer"',
  'secretName = "database-credentials"',
  '"integrity": "sha512-q7Rz2Kx9Vb4Nm1Tc8Wp5Yd3Hf6Jg0Lsq7Rz2Kx9Vb4Nm1Tc8Wp5Yd3Hf6Jg0Ls=="',
  'const commit = "da39a3ee5e6b4b0d3255bfef95601890afd80709"',
  'postgres://user:password@localhost/db',
  'https://example.com/login?token=abc',
  'csrfToken: "csrf_token"',
  'if "-----BEGIN PRIVATE KEY-----" in text:\n    return parse(text)',
])('%s holds none', async (text) => {
  expect(await found(`${text}\n`)).toEqual([])
})

test('a private key is one secret, in a file, in a string and in a comment', async () => {
  expect(await found(`key:\n${privateKey}\nend\n`)).toEqual([`private-key: ${privateKey}`])
  const escaped = privateKey.replaceAll('\n', String.raw`\n`)
  expect(await found(`const key = "${escaped}"\n`)).toEqual([`private-key: ${escaped}`])
  const commented = privateKey.replaceAll('\n', '\n# ')
  expect(await found(`# ${commented}\n`)).toEqual([`private-key: ${commented}`])
})

test('a key of which only one end is in sight is found as far as it goes', async () => {
  const lines = privateKey.split('\n')
  const head = lines.slice(0, 4).join('\n')
  const tail = lines.slice(4).join('\n')
  expect(await found(`before\n${head}`)).toEqual([`private-key?: ${head}`])
  expect(await found(`${tail}\nafter me`)).toEqual([`private-key?: ${tail}`])
})

test('an AWS key id is certain beside its secret only', async () => {
  const id = joined('AK', 'IA', 'Q7RZ2KX4VB5NM6TC')
  const secret = `${random}AbCdEf12/`
  expect(await found(`id = "${id}"\n`)).toEqual([`aws-access-key?: ${id}`])
  expect(await found(`aws_id = "${id}"\naws_secret_key = "${secret}"\n`)).toEqual([
    `aws-access-key: ${id}`,
    `aws-secret-key: ${secret}`,
  ])
})

test('in tests, examples and documents nothing of the kind is certain, and all of it is hidden', async () => {
  for (const path of ['tests/test_login.py', 'src/login.test.ts', 'docs/setup.md', '.env.example']) {
    const spans = await scanSecrets(
      `password = "hunter2"\nkey = "${samples['github-token']}"\n${privateKey}\n`,
      path,
    )
    expect(spans.map(({ kind, certain }) => ({ kind, certain }))).toEqual([
      { kind: 'password', certain: false },
      { kind: 'github-token', certain: false },
      { kind: 'private-key', certain: false },
    ])
  }
})

test('values need no quotes where files have none', async () => {
  expect(await found('DB_PASSWORD=hunter2\r\n', '.env')).toEqual(['password: hunter2'])
  expect(await found('db:\n  password: hunter2\n  user: app\n', 'config/prod.yml')).toEqual([
    'password: hunter2',
  ])
  expect(await found('password = compute2(x)\n', 'app.py')).toEqual([])
  expect(await found('password: ${DB_PASSWORD}\n', 'config/prod.yml')).toEqual([])
})

test('a comment that switches scanners off has no power', async () => {
  const secret = samples['github-token'] ?? ''
  expect(await found(`// secretlint-disable\nuse("${secret}")\n`)).toEqual([`github-token: ${secret}`])
})

test('hostile texts take no more time than others', async () => {
  const texts = [
    'a',
    'password',
    'password="',
    'a://b:',
    'eyJa',
    '-----BEGIN PRIVATE KEY-----\n',
    '-----END PRIVATE KEY-----\n',
    joined('-----BEGIN PRIVATE KEY-----\n', '+'.repeat(300), '!\n'),
    'aws secret ',
    ' ',
    '\n',
    '- - ',
    '="',
    'AKIA',
    '<password>',
    '#',
    'ghp_',
  ]
  for (const part of texts) {
    const text = part.repeat(Math.ceil(1_000_000 / part.length))
    const start = performance.now()
    await scanSecrets(text, 'config.yml')
    // About a tenth of a second each on an idle machine.
    expect({ part, slow: performance.now() - start > 8000 }).toEqual({ part, slow: false })
  }
})

test('a secret on the border of two pieces is found once', async () => {
  const secret = samples['github-token'] ?? ''
  for (const before of [127_980, 128_000, 131_990]) {
    const text = joined('a '.repeat(before / 2), '"', secret, '"', ' b'.repeat(10_000))
    expect(await found(text)).toEqual([`github-token: ${secret}`])
  }
})
