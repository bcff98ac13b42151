import type { DeployInput } from '../../../../node-core/api/contract/index.ts'
import { changeContainer, without } from './bodies.ts'

/** Where a variable stands: in one container, or at the top for all of them. */
export interface Variable {
  part: number | undefined
  name: string
  value: string
}

export function variablesOf({ env = {}, containers = [] }: DeployInput): Variable[] {
  const list = (part: number | undefined, pairs: Record<string, string>): Variable[] =>
    Object.entries(pairs).map(([name, value]) => ({ part, name, value }))
  return [...list(undefined, env), ...containers.flatMap((one, part) => list(part, one.env ?? {}))]
}

export function changeVariables(
  body: DeployInput,
  part: number | undefined,
  change: (env: Readonly<Record<string, string>>) => Record<string, string>,
): DeployInput {
  if (part === undefined) return withEnv(body, change(body.env ?? {}))
  return changeContainer(body, part, (container) => withEnv(container, change(container.env ?? {})))
}

function withEnv<T extends { env?: Record<string, string> | undefined }>(
  of: T,
  env: Record<string, string>,
): T {
  return Object.keys(env).length === 0 ? ({ ...without(of, 'env') } as T) : { ...of, env }
}

export function dropVariable(body: DeployInput, { part, name }: Variable): DeployInput {
  return changeVariables(body, part, (env) => without(env, name))
}

const ADDRESS_NAME = /HOST|URL|URI|ADDR|SERVER|ENDPOINT|DSN|LINK|BROKER|UPSTREAM/i
/** What is longer is no address. */
const ADDRESS_LENGTH_MAX = 2_048

/**
 * The hosts that a variable names: anywhere in a URL, else only where its name says that it is about
 * an address, or a port follows. An import of a compose file judges alike.
 */
export function hostsIn({ name, value }: Pick<Variable, 'name' | 'value'>): Set<string> {
  const hosts = new Set<string>()
  if (value.length > ADDRESS_LENGTH_MAX) return hosts
  for (const word of value.split(/[,;\s]+/)) {
    const [, host, port] = /^([\w.-]+)(:\d{1,5})?$/.exec(word) ?? []
    if (host && (port !== undefined || ADDRESS_NAME.test(name))) hosts.add(host.toLowerCase())
  }
  for (const [, host = ''] of value.matchAll(/(?:\/\/|@|@tcp\()([\w.-]+)/g)) {
    hosts.add(host.toLowerCase())
  }
  return hosts
}
