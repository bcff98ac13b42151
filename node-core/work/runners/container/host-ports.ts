/** Which of this computer's ports lead into a container: one number may have two, one for each protocol. */
import type { Port } from '../../spec/index.ts'

/** By what the engine calls a container's port, such as `53/udp`. */
export type HostPorts = Readonly<Record<string, number>>

export const portKey = ({ containerPort, protocol }: Port): string => `${containerPort}/${protocol}`

/** `find`: the port that is wanted, or any that is free. */
export async function findHostPorts(
  ports: readonly Port[],
  find: (wanted: number | undefined) => Promise<number>,
): Promise<HostPorts> {
  const found: Record<string, number> = {}
  for (const port of ports) found[portKey(port)] ??= await find(port.hostPort)
  return found
}

/** By the container's port alone, as whoever connects to it asks: over TCP where it has both. */
export function reachedAt(hostPorts: HostPorts): Record<string, number> {
  const reached: Record<string, number> = {}
  for (const [key, port] of Object.entries(hostPorts)) {
    const [containerPort = '', protocol] = key.split('/')
    if (protocol === 'tcp') reached[containerPort] = port
    else reached[containerPort] ??= port
  }
  return reached
}
