import { expect, test } from 'vitest'
import { githubWebUrl } from './github-web-url.ts'

test.each([
  ['https://api.github.com', 'https://github.com'],
  ['https://api.octo.ghe.com/', 'https://octo.ghe.com'],
  ['https://git.example.com/api/v3', 'https://git.example.com'],
  ['https://api.example.com/api/v3', 'https://api.example.com'],
  ['http://127.0.0.1:4010', 'http://127.0.0.1:4010'],
])('what %s serves is seen at %s', (api, web) => {
  expect(githubWebUrl(api)).toBe(web)
})
