import type { DeployInput } from '../../../../node-core/api/contract/index.ts'
import { type Bodies, changeBody, listField, without } from './bodies.ts'
import { declarePort, undeclarePort, webPort } from './ports.ts'

export interface RouteAsked {
  part: number
  containerPort: number
  /** At the edge of every node; none for the route by host name. */
  port?: number | undefined
}

/** The lowest port that a workload may have at the edge: those below are the system's. */
const EDGE_PORT_MIN = 1_024
const PORT_MAX = 65_535

export function portProblem(port: number): 'shape' | undefined {
  return Number.isInteger(port) && port >= 1 && port <= PORT_MAX ? undefined : 'shape'
}

/** One workload to a port, in this draft as in the network. */
export function edgePortProblem(bodies: Bodies, port: number): 'edge' | 'taken' | undefined {
  if (!Number.isInteger(port) || port < EDGE_PORT_MIN || port > PORT_MAX) return 'edge'
  const isTaken = bodies.some(({ edge }) => edge?.tcp?.some((one) => one.port === port))
  return isTaken ? 'taken' : undefined
}

/** The port is declared where it is not yet. */
export function addRoute(bodies: Bodies, index: number, asked: RouteAsked): Bodies {
  const { part, containerPort, port } = asked
  return changeBody(bodies, index, (body) => {
    const declared = declarePort(body, part, containerPort, port === undefined)
    if (port === undefined) return declared
    const tcp = [...(declared.edge?.tcp ?? []), { port, containerPort }]
    return { ...declared, edge: { ...declared.edge, tcp } }
  })
}

/**
 * By host name whatever is declared is reached, so that route ends with its port, and with it those
 * that lead to the same one.
 */
export function removeRoute(bodies: Bodies, index: number, route: 'web' | number): Bodies {
  return changeBody(bodies, index, (body) => {
    if (route !== 'web') return changeTcp(body, (tcp) => tcp.filter((_, at) => at !== route))
    const web = webPort(body)
    if (!web) return body
    const { containerPort } = web
    return changeTcp(undeclarePort(body, web), (tcp) =>
      tcp.filter((one) => one.containerPort !== containerPort),
    )
  })
}

type Tcp = NonNullable<NonNullable<DeployInput['edge']>['tcp']>

function changeTcp(body: DeployInput, change: (tcp: Tcp) => Tcp): DeployInput {
  const { edge } = body
  if (!edge?.tcp) return body
  const rest = { ...without(edge, 'tcp'), ...listField('tcp', change(edge.tcp)) }
  return Object.keys(rest).length === 0 ? without(body, 'edge') : { ...body, edge: rest }
}

export function setAccess(bodies: Bodies, index: number, access: 'public' | 'members'): Bodies {
  return changeBody(bodies, index, (body) => {
    const rest = { ...without(body.edge ?? {}, 'access'), ...(access !== 'public' && { access }) }
    return Object.keys(rest).length === 0 ? without(body, 'edge') : { ...body, edge: rest }
  })
}
