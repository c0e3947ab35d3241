import { describe, expect, test } from 'vitest'
import type { Conversation } from './frames.ts'
import { postgresConversation } from './postgres-conversation.ts'
import { redisConversation } from './redis-conversation.ts'

/** A message of PostgreSQL's protocol: type, length, body. */
function message(type: string, body = ''): Buffer {
  const length = Buffer.alloc(4)
  length.writeInt32BE(4 + Buffer.byteLength(body))
  return Buffer.concat([Buffer.from(type), length, Buffer.from(body)])
}

/** What is understood of the same bytes, in whatever pieces they arrive. */
function understood(open: () => Conversation, bytes: Buffer, size: number): unknown {
  const conversation = open()
  const sent = []
  for (let at = 0; at < bytes.length; at += size)
    sent.push(...conversation.sent(bytes.subarray(at, at + size)))
  expect(Buffer.concat(sent.map((one) => one.bytes))).toEqual(bytes)
  return {
    begins: sent.flatMap(({ begins }) => begins ?? []),
    asks: sent.flatMap(({ asks }) => (asks && asks.length > 0 ? [asks] : [])),
  }
}

describe.each([1, 3, 10_000])('in pieces of %s bytes', (size) => {
  test('PostgreSQL: statements by their names, commands by themselves', () => {
    const bytes = Buffer.concat([
      message('', '\0\x03\0\0user\0me\0\0'),
      message('Q', 'begin\0'),
      message('P', 'runs-end\0update\0\0\0'),
      message('B', '\0runs-end\0'),
      message('E', '\0\0\0\0\0'),
      message('S'),
      message('Q', 'commit\0'),
    ])
    expect(understood(postgresConversation, bytes, size)).toEqual({
      begins: ['begin', 'runs-end', 'commit'],
      asks: [['begin'], ['runs-end'], ['commit']],
    })
  })

  test('Redis: scripts by their names, commands by themselves', () => {
    const bytes = Buffer.from(
      '*3\r\n$7\r\nEVALSHA\r\n$3\r\nabc\r\n$1\r\n0\r\n*2\r\n$10\r\nxreadgroup\r\n$2\r\n\r\n\r\n',
    )
    const open = (): Conversation => redisConversation(new Map([['abc', 'queue-claim']]))
    expect(understood(open, bytes, size)).toEqual({
      begins: ['queue-claim', 'XREADGROUP'],
      asks: [['queue-claim'], ['XREADGROUP']],
    })
  })
})

test('a reply of Redis is whole when all that it holds has come', () => {
  const conversation = redisConversation(new Map())
  expect(conversation.replied(Buffer.from('*2\r\n:1\r\n*1\r\n$5\r\nhel'))).toEqual([])
  expect(
    conversation.replied(Buffer.from('lo\r\n+OK\r\n*-1\r\n$-1\r\n')).map(({ bytes }) => String(bytes)),
  ).toEqual(['*2\r\n:1\r\n*1\r\n$5\r\nhello\r\n', '+OK\r\n', '*-1\r\n', '$-1\r\n'])
})

test('a reply of PostgreSQL ends when it is ready for the next query', () => {
  const replied = postgresConversation().replied(Buffer.concat([message('C', 'COMMIT\0'), message('Z', 'I')]))
  expect(replied.map(({ ends }) => ends)).toEqual([false, true])
})
