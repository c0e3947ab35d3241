/** Who wants to hear of which NOTIFY channel. */
export interface Channels {
  /** Returns what takes the listener out again; that returns whether it was the channel's last. */
  readonly add: (channel: string, listener: (payload: string) => void) => () => boolean
  readonly names: () => readonly string[]
  readonly notify: (channel: string, payload: string) => void
}

export function createChannels(): Channels {
  const listeners = new Map<string, Set<{ call: (payload: string) => void }>>()
  return {
    add: (channel, listener) => {
      const entry = { call: listener }
      const all = listeners.get(channel) ?? new Set()
      listeners.set(channel, all.add(entry))
      return () => {
        const isLast = all.delete(entry) && all.size === 0
        if (isLast) listeners.delete(channel)
        return isLast
      }
    },
    names: () => [...listeners.keys()],
    notify: (channel, payload) => {
      for (const { call } of listeners.get(channel) ?? []) call(payload)
    },
  }
}

/** A channel as an identifier: NOTIFY folds no case, so neither does LISTEN. */
export function quoteChannel(channel: string): string {
  return `"${channel.replaceAll('"', '""')}"`
}
