import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

/** An address that leads to a server, as a load balancer or a name does: where it leads can change, and it can go mute. */
export interface Relay {
  readonly port: number
  /** New connections lead to this port; those that stand are cut. */
  lead(port: number): void
  /** Connections stand, new ones are accepted, and nothing gets through: what a lost route looks like from both sides. */
  mute(): void
  close(): Promise<void>
}

export async function openRelay(port: number): Promise<Relay> {
  let target = port
  let muted = false
  const sockets = new Set<Socket>()
  const keep = (socket: Socket): Socket => {
    sockets.add(socket)
    return socket.on('error', () => undefined).once('close', () => sockets.delete(socket))
  }
  const cut = (): void => {
    for (const socket of sockets) socket.destroy()
  }
  const server = createServer((client) => {
    keep(client)
    if (muted) return
    const other = keep(connect(target, '127.0.0.1'))
    client.once('close', () => other.destroy())
    other.once('close', () => client.destroy())
    client.on('data', (bytes) => muted || other.write(bytes))
    other.on('data', (bytes) => muted || client.write(bytes))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port, // a TCP server has no other kind of address
    lead: (port) => {
      target = port
      muted = false
      cut()
    },
    mute: () => void (muted = true),
    close: async () => {
      const closed = once(server, 'close')
      server.close()
      cut()
      await closed
    },
  }
}
