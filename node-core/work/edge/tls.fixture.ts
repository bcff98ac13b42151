/** An edge with a TLS port, and clients of both versions of HTTP that trust its authority. */
import { once } from 'node:events'
import http2 from 'node:http2'
import https from 'node:https'
import {
  type ConnectionOptions,
  createSecureContext,
  type TLSSocket,
  connect as tlsConnect,
} from 'node:tls'
import { chooseFor } from '../certificates/names.ts'
import { makeAuthority } from '../certificates/testing/made-certificates.ts'
import type { Answer, Stage } from './edge.fixture.ts'
import type { Edge, EdgeOptions, TlsOptions } from './index.ts'

export const ZONES = ['home.localhost', 'home.internal']
export const authority = makeAuthority(['home.localhost', 'home.internal', 'example.org'])
const home = shown(['*.home.localhost', '*.home.internal'])

export function shown(names: readonly string[]) {
  const { chain, key } = authority.certify(names)
  return { names, context: createSecureContext({ cert: chain, key }) }
}

/** Certificates that come and go by hand. */
export function createShelf(held = [home]) {
  const listeners = new Set<() => void>()
  const certificates: TlsOptions['certificates'] = {
    contextFor: (name) => chooseFor(name, held)?.context,
    covers: (name) => chooseFor(name, held) !== undefined,
    any: () => held.length > 0,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
  const put = (...all: (typeof home)[]): void => {
    held.splice(0, held.length, ...all)
    for (const listener of listeners) listener()
  }
  return { certificates, put }
}

export function tlsEdge(stage: Stage, options: EdgeOptions = {}): Promise<Edge> {
  const tls = { port: 0, certificates: createShelf().certificates }
  return stage.edge({ zones: ZONES, tls, ...options })
}

export function portOf(edge: Edge): number {
  return edge.tls()?.port ?? 0
}

/** A handshake as a client would make it. */
export async function shake(edge: Edge, options: ConnectionOptions = {}): Promise<TLSSocket> {
  const socket = tlsConnect({
    ...{ port: portOf(edge), host: '127.0.0.1', ca: authority.certificate },
    ...{ servername: 'web.home.localhost', ...options },
  })
  await once(socket, 'secureConnect')
  return socket
}

/** An HTTP/2 connection. */
export function dial(
  edge: Edge,
  name = 'web.home.localhost',
  options: http2.ClientSessionOptions = {},
) {
  const session = http2.connect(`https://${name}`, {
    ...options,
    createConnection: () =>
      tlsConnect({
        ...{ port: portOf(edge), host: '127.0.0.1', ca: authority.certificate },
        ...{ servername: name, ALPNProtocols: ['h2'] },
      }),
  })
  // A test that cares listens for it too.
  session.on('error', () => {})
  return session
}

/** One request of an HTTP/2 connection. */
export async function ask2(
  session: http2.ClientHttp2Session,
  headers: http2.OutgoingHttpHeaders = {},
  body?: Buffer | string,
): Promise<Answer> {
  const own = { ':path': '/', ':authority': 'web.home.localhost' }
  const stream = session.request({ ...own, ...headers }, { endStream: body === undefined })
  if (body !== undefined) stream.end(body)
  let status = 0
  let got: Answer['headers'] = {}
  stream.once('response', ({ ':status': code, ...rest }) => {
    status = code ?? 0
    got = rest as Answer['headers']
  })
  let text = ''
  stream.setEncoding('utf8').on('data', (part: string) => (text += part))
  await once(stream, 'end')
  return { status, headers: got, body: text }
}

/** One request of HTTP/1.1 over TLS. */
export function ask1(edge: Edge, options: https.RequestOptions = {}, body?: Buffer | string) {
  return new Promise<Answer>((resolve, reject) => {
    const request = https.request({
      ...{ port: portOf(edge), host: '127.0.0.1', ca: authority.certificate, agent: false },
      ...{ servername: 'web.home.localhost', ...options },
      headers: { host: 'web.home.localhost', ...(options.headers as object | undefined) },
    })
    request.once('error', reject)
    request.once('response', (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (part: string) => (text += part))
      response.once('error', reject)
      response.once('end', () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text })
      })
    })
    request.end(body)
  })
}
