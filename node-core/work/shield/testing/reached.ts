const BUSYBOX = '/bin/busybox'

/**
 * Which of the addresses (`host:port`, or `[host]:port`) answer over HTTP, sorted.
 * @param ask Runs a script in busybox's shell, where the asking is to be done, and returns what it wrote.
 */
export async function reached(
  ask: (script: string) => string | Promise<string>,
  addresses: readonly string[],
): Promise<string[]> {
  const tries = addresses.map((one) => {
    const [, host = '', port = ''] = /^\[?(.*?)\]?:(\d+)$/.exec(one) ?? []
    const asks = `printf 'GET / HTTP/1.0\\r\\n\\r\\n' | ${BUSYBOX} nc -w 2 ${host} ${port} 2>/dev/null`
    return `(${asks} | ${BUSYBOX} grep -q HTTP/1 && echo ${one}) &`
  })
  const said = await ask(`${tries.join('\n')}\nwait`)
  return said.split('\n').filter(Boolean).sort()
}
