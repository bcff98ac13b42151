import type { DeployInput } from '../../../../node-core/api/contract/index.ts'
import { nameOf } from '../draft/index.ts'
import { type Bodies, changeBody, listField, without } from './bodies.ts'
import { type Link, usesOf } from './graph.ts'
import { declaredPorts } from './ports.ts'
import { changeVariables, dropVariable, hostsIn, variablesOf } from './variables.ts'

export interface LinkAsked {
  /** The workload that is used. */
  name: string
  /** The variable that names it, if any. */
  variable?: { part: number | undefined; name: string; value: string } | undefined
}

const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/

/** What a variable for a link is usually called, and says. */
export function suggestVariable(bodies: Bodies, name: string): { name: string; value: string } {
  const used = bodies.find((body) => nameOf(body) === name)
  const port = declaredPorts(used ?? {}).find(({ protocol }) => protocol === 'tcp')
  const word = name.toUpperCase().replace(/[^A-Z0-9]+/g, '_')
  return {
    name: `${/^[0-9]/.test(word) ? '_' : ''}${word}_HOST`,
    value: port ? `${name}:${port.containerPort}` : name,
  }
}

/** Why a variable cannot be added there; a link without one is fine. */
export function variableProblem(
  body: DeployInput,
  part: number | undefined,
  name: string,
): 'shape' | 'taken' | undefined {
  if (!VARIABLE.test(name)) return 'shape'
  const isThere = variablesOf(body).some((one) => one.part === part && one.name === name)
  return isThere ? 'taken' : undefined
}

/** The workload at `from` finds another by its name from now on. */
export function addLink(bodies: Bodies, from: number, { name, variable }: LinkAsked): Bodies {
  return changeBody(bodies, from, (body) => {
    const isUsed = usesOf(body).some((one) => one.name === name)
    const linked = isUsed ? body : { ...body, uses: [...(body.uses ?? []), name] }
    if (!variable || variableProblem(body, variable.part, variable.name)) return linked
    return changeVariables(linked, variable.part, (env) => {
      return { ...env, [variable.name]: variable.value }
    })
  })
}

/** With it go the variables that name the other: they would lead nowhere. */
export function removeLink(bodies: Bodies, { index, use, variables }: Link): Bodies {
  return changeBody(bodies, index, (body) => {
    const uses = (body.uses ?? []).filter((_, at) => at !== use)
    const unused = use === undefined ? body : withUses(body, uses)
    return variables.reduce(dropVariable, unused)
  })
}

function withUses(body: DeployInput, uses: NonNullable<DeployInput['uses']>): DeployInput {
  return { ...without(body, 'uses'), ...listField('uses', uses) }
}

/** Nothing uses that workload any more. */
export function dropLinksTo(bodies: Bodies, name: string): Bodies {
  return bodies.map((body) => {
    if (nameOf(body) === name) return body
    const uses = usesOf(body)
    const hosts = new Set([name, ...uses.filter((one) => one.name === name).map(({ as }) => as)])
    // A host name that leads to another workload stays with it.
    for (const { name: other, as } of uses) if (other !== name) hosts.delete(as)
    const naming = variablesOf(body).filter((one) =>
      [...hostsIn(one)].some((host) => hosts.has(host)),
    )
    const kept = (body.uses ?? []).filter((_, at) => uses[at]?.name !== name)
    const unused = kept.length === uses.length ? body : withUses(body, kept)
    return naming.reduce(dropVariable, unused)
  })
}
