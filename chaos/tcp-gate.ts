import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import type { Conversation } from './frames.ts'
import type { Gatekeeper, Verdict } from './gatekeeper.ts'
import type { Gate } from './http-gate.ts'
import type { ProcessName } from './plan-strikes.ts'
import type { Service, When } from './steps.ts'

export interface TcpGateOptions {
  readonly targetPort: number
  readonly service: Service
  /** Whose connections these are. */
  readonly by: ProcessName
  readonly keeper: Gatekeeper
  readonly converse: () => Conversation
}

/** Stands between one of our processes and a server, and lets the gatekeeper look at every call and every reply. */
export async function openTcpGate(options: TcpGateOptions): Promise<Gate> {
  const open = new Set<Socket>()
  const server = createServer({ noDelay: true }, (client) => {
    const target = connect({ host: '127.0.0.1', port: options.targetPort, noDelay: true })
    for (const socket of [client, target]) {
      open.add(socket)
      socket.on('error', () => undefined)
      socket.once('close', () => {
        open.delete(socket)
        // Whoever lost one end has no use for the other.
        client.destroy()
        target.destroy()
      })
    }
    join(client, target, options)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port, // a TCP server has no other kind of address
    close: async () => {
      const closed = once(server, 'close')
      server.close()
      for (const socket of open) socket.destroy()
      await closed
    },
  }
}

function join(client: Socket, target: Socket, { service, by, keeper, converse }: TcpGateOptions): void {
  const conversation = converse()
  const unanswered: (readonly string[])[] = []
  const pass = (call: string, when: When): Promise<Verdict> => keeper.pass({ service, call, when, by })

  const forth = async (): Promise<void> => {
    for await (const chunk of client) {
      for (const { bytes, begins, asks } of conversation.sent(chunk as Buffer)) {
        if (begins !== undefined && (await pass(begins, 'before')) !== 'go') return
        if (asks) unanswered.push(asks)
        target.write(bytes)
      }
    }
  }
  const back = async (): Promise<void> => {
    for await (const chunk of target) {
      for (const { bytes, ends } of conversation.replied(chunk as Buffer)) {
        const answered = ends ? (unanswered.shift() ?? []) : []
        for (const call of answered) if ((await pass(call, 'after')) !== 'go') return
        client.write(bytes)
      }
    }
  }
  for (const direction of [forth, back]) {
    const cut = (): void => {
      client.destroy()
      target.destroy()
    }
    direction().then(cut, cut)
  }
}
