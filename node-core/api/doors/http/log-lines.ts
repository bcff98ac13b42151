import { once } from 'node:events'
import type { RouterClient } from '@orpc/server'
import type { Router } from '../../handlers/index.ts'
import { failure } from '../../handlers/index.ts'
import type { Exchange } from '../rest/index.ts'

/**
 * `?tail=&follow=&since=&grep=&previous=`: one line of text per line. With several instances each line
 * begins with the instance it came from, and what the node says of it with `--`; `?timestamps=1` puts the time first. `?instance=` keeps to one.
 * `?places=1` puts its place before all that, or `-`: the last one of each instance as `?after=` reads on behind it.
 */
export async function sendLogs(
  exchange: Exchange,
  client: RouterClient<Router>,
  of: 'workload' | 'instance',
  subject: string,
): Promise<void> {
  const { response, url } = exchange
  const gone = new AbortController()
  response.once('close', () => gone.abort())
  const options = {
    ...tailOf(url.searchParams.get('tail')),
    follow: flag(url, 'follow'),
    previous: flag(url, 'previous'),
    ...textOf(url, 'since'),
    ...textOf(url, 'grep'),
    ...afterOf(url),
  }
  const withTime = flag(url, 'timestamps')
  const withPlace = flag(url, 'places')
  const one = url.searchParams.get('instance')
  const lines =
    of === 'workload'
      ? await client.workloads.logs(
          { name: decode(subject), ...options, ...(one !== null && { instance: one }) },
          { signal: gone.signal },
        )
      : await client.workloads.instanceLogs(
          { id: decode(subject), ...options },
          { signal: gone.signal },
        )
  const withName = of === 'workload' && one === null
  response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' })
  response.flushHeaders()
  try {
    for await (const { at, instance, line, stream, place = '-' } of lines) {
      const said = stream === 'note' ? '-- ' : ''
      const when = `${withPlace ? `${place} ` : ''}${withTime ? `${at} ` : ''}`
      const text = `${when}${withName ? `${instance} ` : ''}${said}${line}\n`
      if (!response.write(text)) await once(response, 'drain', { signal: gone.signal })
    }
  } catch (error) {
    // The reader went away: that is how a followed log ends.
    if (!gone.signal.aborted) throw error
  }
  response.end()
}

/** Said without a value, it is meant. */
function flag(url: URL, name: string): boolean {
  const text = url.searchParams.get(name) ?? 'false'
  if (['1', 'true', ''].includes(text)) return true
  if (['0', 'false'].includes(text)) return false
  throw wrongField(name, '“true” or “false”.')
}

function textOf<Name extends string>(url: URL, name: Name): Partial<Record<Name, string>> {
  const value = url.searchParams.get(name)
  const found: Partial<Record<Name, string>> = {}
  if (value !== null) found[name] = value
  return found
}

function afterOf(url: URL): { after?: string[] } {
  const after = url.searchParams.getAll('after')
  return after.length > 0 ? { after } : {}
}

function tailOf(text: string | null): { tail?: number | 'all' } {
  if (text === null || text === 'all') return text === 'all' ? { tail: text } : {}
  if (/^\d{1,6}$/.test(text) && Number(text) <= 100_000) return { tail: Number(text) }
  throw wrongField('tail', 'A number from 0 to 100000, or “all”.')
}

function wrongField(path: string, message: string) {
  return failure('VALIDATION_ERROR', `${path}: ${message}`, [{ path, message }])
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}
