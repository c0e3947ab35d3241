/**
 * Whether a scan of a short text could find anything: a quick look for what every credential has. That is a run of
 * characters as long as the shortest token, an address, a quoted value with a name, an element, or the frame of a key.
 */
export function mayHoldSecret(text: string): boolean {
  return traces.test(text)
}

const traces = /[\w+/=.~:-]{16}|:\/\/|[:=>]\s{0,8}[bru]?["'`]|<\/|-----/i
