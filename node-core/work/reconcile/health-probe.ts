/** Probes against an instance's port on loopback. */
import { request } from 'node:http'
import { connect } from 'node:net'
import type { Probe } from '../spec/index.ts'
import { TCP_LISTEN_MS } from './limits.ts'

/** Whether the probe passes. Never throws; `hostPort` is where the probed port is published. */
export type HealthProbe = (
  probe: Exclude<Probe, { kind: 'command' }>,
  hostPort: number,
  signal: AbortSignal,
) => Promise<boolean>

export function createHealthProbe(): HealthProbe {
  return (probe, hostPort, signal) => {
    const within = AbortSignal.any([signal, AbortSignal.timeout(probe.timeoutMs)])
    return probe.kind === 'http'
      ? answersHttp(hostPort, probe.path, within)
      : acceptsTcp(hostPort, within)
  }
}

function answersHttp(port: number, path: string, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const asked = request(
      { host: '127.0.0.1', port, path, signal, agent: false, headers: { connection: 'close' } },
      (answer) => {
        const status = answer.statusCode ?? 0
        answer.destroy()
        resolve(status >= 200 && status < 400)
      },
    )
    asked.on('error', () => resolve(false))
    asked.end()
  })
}

/**
 * Docker's port proxy accepts for a container that does not listen yet, and drops the connection as
 * soon as its own has failed; so the connection must also last for a moment.
 */
function acceptsTcp(port: number, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port })
    const answer = (accepted: boolean): void => {
      signal.removeEventListener('abort', refuse)
      socket.destroy()
      resolve(accepted)
    }
    const refuse = (): void => answer(false)
    signal.addEventListener('abort', refuse, { once: true })
    socket.on('error', refuse).on('end', refuse).on('close', refuse)
    socket.on('data', () => answer(true))
    socket.on('connect', () => socket.setTimeout(TCP_LISTEN_MS, () => answer(true)))
    if (signal.aborted) refuse()
  })
}
