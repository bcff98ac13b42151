import type { DeployInput } from '../../../../node-core/api/contract/index.ts'
import { changeContainer, listField, type Port, without } from './bodies.ts'

/** A port that is declared, and by which container. */
export interface Declared {
  part: number
  containerPort: number
  protocol: 'tcp' | 'udp'
}

/** In the order in which the edge looks at them. */
export function declaredPorts({ ports, containers }: DeployInput): Declared[] {
  const own = (containers ?? []).flatMap(({ ports: list = [] }, part) => ofPart(list, part))
  return [...ofPart(ports ?? [], 0), ...own]
}

function ofPart(ports: readonly Port[], part: number): Declared[] {
  return ports.map(({ containerPort, protocol = 'tcp' }) => ({ part, containerPort, protocol }))
}

/** By a workload's host name the edge leads to the first TCP port that is declared. */
export function webPort(body: DeployInput): Declared | undefined {
  return declaredPorts(body).find(({ protocol }) => protocol === 'tcp')
}

/** Containers whose port can be the first: none before them may declare one. */
export function webParts(body: DeployInput): number[] {
  const first = webPort(body)?.part ?? (body.containers?.length ?? 1) - 1
  return Array.from({ length: first + 1 }, (_, part) => part)
}

/** Declares a port where it is not; `first` puts it before the others of its container. */
export function declarePort(
  body: DeployInput,
  part: number,
  containerPort: number,
  first: boolean,
): DeployInput {
  return changePorts(body, part, (ports) => {
    const isIt = (port: Port) => port.containerPort === containerPort && port.protocol !== 'udp'
    const found = ports.find(isIt)
    if (found && !first) return ports
    const others = ports.filter((port) => port !== found)
    const port = found ?? { containerPort }
    return first ? [port, ...others] : [...others, port]
  })
}

export function undeclarePort(body: DeployInput, { part, containerPort }: Declared): DeployInput {
  return changePorts(body, part, (ports) =>
    ports.filter((port) => port.containerPort !== containerPort || port.protocol === 'udp'),
  )
}

/** With one container, or a program, ports may stand at the top: they stay where they are. */
function changePorts(
  body: DeployInput,
  part: number,
  change: (ports: readonly Port[]) => readonly Port[],
): DeployInput {
  if (body.ports || !body.containers) {
    return { ...without(body, 'ports'), ...listField('ports', change(body.ports ?? [])) }
  }
  return changeContainer(body, part, (container) => ({
    ...without(container, 'ports'),
    ...listField('ports', change(container.ports ?? [])),
  }))
}
