/** Probes against an instance's port. */
import { request } from 'node:http'
import { connect } from 'node:net'
import type { Probe } from '../spec/index.ts'
import { TCP_LISTEN_MS } from './limits.ts'

/** Where the probed port is, as this computer reaches it. */
export interface ProbedPort {
  host: string
  port: number
}

/** Whether the probe passes. Never throws. */
export type HealthProbe = (
  probe: Exclude<Probe, { kind: 'command' }>,
  at: ProbedPort,
  signal: AbortSignal,
) => Promise<boolean>

export function createHealthProbe(): HealthProbe {
  return (probe, at, signal) => {
    const within = AbortSignal.any([signal, AbortSignal.timeout(probe.timeoutMs)])
    return probe.kind === 'http' ? answersHttp(at, probe.path, within) : acceptsTcp(at, within)
  }
}

function answersHttp(at: ProbedPort, path: string, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const asked = request(
      { ...at, path, signal, agent: false, headers: { connection: 'close' } },
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
function acceptsTcp(at: ProbedPort, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(at)
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
