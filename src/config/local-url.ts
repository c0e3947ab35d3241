/** Where a server that listens there answers people on this machine. */
export function localUrl({ host, port }: { readonly host: string; readonly port: number }): string {
  const isOpen = host === '0.0.0.0' || host === '::' || host === 'localhost'
  const name = isOpen ? '127.0.0.1' : host
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`
}
