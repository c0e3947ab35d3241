import type { Answer, Call } from './operation.ts'

/** Whether the caller asks for bytes instead of JSON. */
export const wantsRaw = (call: Call): boolean => /vnd\.github\.(?:v3\.)?raw\b/.test(call.accept)

export const raw = (body: Buffer): Answer => ({
  status: 200,
  body,
  headers: { 'content-type': 'application/vnd.github.raw; charset=utf-8' },
})

/** Base64 in lines of 60 characters, as GitHub sends it. */
export const base64 = (bytes: Buffer): string => bytes.toString('base64').replace(/.{60}/g, '$&\n') + '\n'
