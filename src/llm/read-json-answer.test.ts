import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseJson } from '../base/json.ts'
import { readJsonAnswer } from './read-json-answer.ts'

const answer = { findings: [{ title: 'a } in a "string" \\', body: '```ts\nif (x) {\n```' }] }
const json = JSON.stringify(answer, null, 2)

describe('the one object is found', () => {
  test.each([
    ['alone', json],
    ['with white space and a byte order mark', `\uFEFF\n ${json}\n\n`],
    ['in a fence with a language', '```json\n' + json + '\n```'],
    ['in a fence without one', '```\n' + json + '\n```\n'],
    ['in a fence that is never closed', '```json\n' + json],
    ['after prose', `Here is the review you asked for:\n\n${json}`],
    ['before prose', `${json}\n\nLet me know if you need more!`],
    ['in prose with code in braces', `I read \`if (x) { y() }\` and \${name}. ${json} Use {x}.`],
    ['after the thoughts of a local model', `<think>\nMaybe {"findings": []}? {\n</think>\n\n${json}`],
  ])('%s', (_where, text) => {
    expect(readJsonAnswer(text)).toEqual(answer)
  })

  test('whatever the object and the words around it', () => {
    const words = fc.string().map((text) => text.replaceAll(/[{}[\]"]/g, ' '))
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), words, words, (value, before, after) => {
        const written = JSON.stringify(value)
        expect(readJsonAnswer(`${before}\n${written}\n${after}`)).toEqual(JSON.parse(written))
      }),
    )
  })
})

describe('nothing is made up', () => {
  test.each([
    ['nothing', ''],
    ['prose', 'I could not find any problem in this change.'],
    ['half an object', json.slice(0, -10)],
    ['half an object that holds a whole one', '{"findings": [{"title": "x"}'],
    ['an object with a trailing comma that holds a whole one', '{"findings": [{"title": "x"},]}'],
    ['an object without quotes that holds a whole one', '{findings: [{"title": "x"}]}'],
    ['an object of Python', "{'findings': []}"],
    ['an array', `[${json}]`],
    ['an array in prose', `Here they are: [${' '.repeat(1000)}${json} ]`],
    ['a string', '"{}"'],
    ['a number', '42'],
    ['null', 'null'],
    ['two objects', `${json}\n${json}`],
    ['a good object and a broken one', `${json} {"findings": [,]}`],
    ['thoughts that never end', `<think>{"findings": []} or {"findings": [1]}`],
  ])('of %s', (_what, text) => {
    expect(readJsonAnswer(text)).toBeUndefined()
  })

  test('of any text at all, and it never throws', () => {
    const text = fc.array(fc.constantFrom('{', '}', '[', ']', '"', '\\', ':', ',', 'a', '1', ' ', '`', '\n'))
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          text.map((parts) => parts.join('')),
        ),
        (hostile) => {
          const read = readJsonAnswer(hostile)
          expect(read === undefined ? [undefined] : objectsIn(hostile)).toContainEqual(read)
        },
      ),
    )
  })
})

/** Every part of a short text that is a JSON object by itself. */
function objectsIn(text: string): unknown[] {
  const ends = Array.from(text, (_, index) => index + 1)
  return ends.flatMap((end) =>
    ends
      .map((start) => text.slice(start - 1, end))
      .filter((part) => part.startsWith('{'))
      .flatMap((part) => parseJson(part) ?? []),
  )
}

test.each(['{', '{"', '"', '{"a":', '{}', '{x}', '[{', '\\', '{"\\', '```', '<think>', '{"a":1}'])(
  'two megabytes of %j are read in proportion to their length',
  (piece) => {
    // Anything worse than linear would outlast the time limit of the test by far.
    expect(readJsonAnswer(piece.repeat(2_000_000 / piece.length))).toBeUndefined()
  },
)

test('keys that name prototypes stay data', () => {
  const read = readJsonAnswer('{"__proto__": {"polluted": true}}')
  expect(Object.keys(read ?? {})).toEqual(['__proto__'])
  expect({}).not.toHaveProperty('polluted')
})
