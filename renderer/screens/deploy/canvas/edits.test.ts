import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { contract } from '../../../../node-core/api/contract/index.ts'
import type { Bodies } from './bodies.ts'
import { buildGraph } from './graph.ts'
import { addLink, removeLink, suggestVariable } from './link-edits.ts'
import { setAmount } from './part-edits.ts'
import { webParts } from './ports.ts'
import { setProbeKind } from './probe-edits.ts'
import { addRoute, edgePortProblem, removeRoute, setAccess } from './route-edits.ts'
import { nameProblem, removeService, setCopies } from './service-edits.ts'
import { anyBodies, anyName, WORDPRESS } from './testing/bodies.ts'
import {
  addVolume,
  changeVolume,
  mountVolume,
  removeVolume,
  renameVolume,
  unmountVolume,
} from './volume-edits.ts'

const schema = contract.workloads.deploy['~orpc'].inputSchema

/** The fields, by their paths, that are not as they were; lists of objects are compared as wholes. */
function changedFields(before: unknown, after: unknown, path = ''): string[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return []
  if (!isRecord(before) || !isRecord(after)) return [path]
  const keys = new Set([...Object.keys(before), ...Object.keys(after)])
  return [...keys].flatMap((key) => {
    return changedFields(before[key], after[key], path === '' ? key : `${path}.${key}`)
  })
}

function isRecord(value: unknown): value is Record<string, unknown> {
  const isList = Array.isArray(value) && !/^\[\{"(name|image|env|ports)/.test(JSON.stringify(value))
  return typeof value === 'object' && value !== null && !isList
}

type Edit = (bodies: Bodies, index: number, name: string, part: number) => Bodies

const ids = (bodies: Bodies) => bodies.map((_, at) => `s${at}`)
const VOLUME = { name: 'extra', size: '1Gi', path: '/extra' }

const EDITS: [what: string, touches: RegExp, edit: Edit][] = [
  ['the number of copies', /^replicas$/, (bodies, index) => setCopies(bodies, index, 3)],
  [
    'a volume that is added',
    /^(volumes|containers\.\d+\.mounts)/,
    (bodies, index, _, part) => addVolume(bodies, index, { ...VOLUME, part }),
  ],
  [
    'a volume that is removed',
    /^(volumes|containers\.\d+\.mounts)/,
    (bodies, index) => removeVolume(bodies, index, 0),
  ],
  [
    'a volume that is renamed',
    /^(volumes|containers\.\d+\.mounts)/,
    (bodies, index) => renameVolume(bodies, index, 0, 'other'),
  ],
  [
    'a volume that is changed',
    /^volumes/,
    (bodies, index) => changeVolume(bodies, index, 0, (claim) => ({ ...claim, size: '9Gi' })),
  ],
  [
    'a place of a volume',
    /^containers\.\d+\.mounts/,
    (bodies, index, _, part) => mountVolume(bodies, index, part, { volume: 'data', path: '/more' }),
  ],
  [
    'a place of a volume that is taken away',
    /^containers\.\d+\.mounts/,
    (bodies, index, _, part) => unmountVolume(bodies, index, part, 0),
  ],
  [
    'a route by host name',
    /^(ports|containers\.\d+\.ports)/,
    (bodies, index) =>
      addRoute(bodies, index, { part: webParts(bodies[index]!)[0]!, containerPort: 81 }),
  ],
  [
    'a route by a port',
    /^(ports|containers\.\d+\.ports|edge\.tcp|edge)$/,
    (bodies, index, _, part) => addRoute(bodies, index, { part, containerPort: 81, port: 18_081 }),
  ],
  [
    'a route that is removed',
    /^(ports|containers\.\d+\.ports|edge\.tcp|edge)$/,
    (bodies, index) => removeRoute(bodies, index, 'web'),
  ],
  [
    'what is reserved',
    /^(resources|containers\.\d+\.resources)/,
    (bodies, index, _, part) => setAmount(bodies, index, { part, key: 'memory' }, '1Gi'),
  ],
  [
    'what is no longer reserved',
    /^(resources|containers\.\d+\.resources)/,
    (bodies, index, _, part) => setAmount(bodies, index, { part, key: 'cpu' }, undefined),
  ],
  [
    'a probe',
    /^(probes|health|containers\.\d+\.probes)/,
    (bodies, index, _, part) => setProbeKind(bodies, index, { part, role: 'ready' }, 'tcp'),
  ],
  ['who may come in', /^edge(\.access)?$/, (bodies, index) => setAccess(bodies, index, 'members')],
  [
    'a link',
    /^(uses|env\.ADDED|env|containers\.\d+\.env)/,
    (bodies, index, name, part) =>
      addLink(bodies, index, { name, variable: { part, name: 'ADDED', value: name } }),
  ],
  [
    'a link that is removed',
    /^(uses|env|containers\.\d+\.env)/,
    (bodies, index) => {
      const link = buildGraph(bodies, ids(bodies)).links.find((one) => one.index === index)
      return link ? removeLink(bodies, link) : bodies
    },
  ],
]

describe('an edit', () => {
  it.each(EDITS)('of %s loses nothing else, whatever is written there', (_, touches, edit) => {
    fc.assert(
      fc.property(anyBodies, fc.nat(3), anyName, fc.nat(2), (bodies, at, name, part) => {
        const index = at % bodies.length
        const body = bodies[index]!
        const next = edit(bodies, index, name, part % (body.containers?.length ?? 1))
        for (const [other, before] of bodies.entries()) {
          if (other !== index) expect(next[other]).toBe(before)
        }
        const changed = changedFields(body, next[index])
        expect(changed.filter((path) => !touches.test(path))).toEqual([])
        expect(schema?.['~standard'].validate(next[index])).not.toHaveProperty('issues')
      }),
      { seed: 7, numRuns: 150 },
    )
  })

  it('that is taken back leaves what was', () => {
    fc.assert(
      fc.property(anyBodies, fc.nat(3), (bodies, at) => {
        const index = at % bodies.length
        fc.pre(bodies[index]?.containers !== undefined)
        const volume = bodies[index]?.volumes?.length ?? 0
        const more = addVolume(bodies, index, { ...VOLUME, part: 0 })
        const after = removeVolume(more, index, volume)
        expect(changedFields(filled(bodies[index]), filled(after[index]))).toEqual([])
      }),
      { seed: 7, numRuns: 100 },
    )
    const linked = addLink(WORDPRESS, 1, { name: 'wordpress', variable: suggested(WORDPRESS) })
    const link = buildGraph(linked, ids(linked)).links.find(({ index }) => index === 1)
    expect(removeLink(linked, link!)).toEqual(WORDPRESS)
    const routed = addRoute(WORDPRESS, 0, { part: 0, containerPort: 80, port: 18_081 })
    expect(removeRoute(routed, 0, 1)).toEqual(WORDPRESS)
  })
})

/** A list that was there and empty is no field afterwards, which means the same. */
function filled(body: unknown): unknown {
  return JSON.parse(
    JSON.stringify(body, (_, value) => (Array.isArray(value) && !value.length ? undefined : value)),
  )
}

function suggested(bodies: Bodies) {
  return { part: 0, ...suggestVariable(bodies, 'wordpress') }
}

describe('the edits of a draft', () => {
  it('suggest a variable that says where the other is', () => {
    expect(suggestVariable(WORDPRESS, 'wordpress')).toEqual({
      name: 'WORDPRESS_HOST',
      value: 'wordpress:80',
    })
    expect(suggestVariable(WORDPRESS, 'db')).toEqual({ name: 'DB_HOST', value: 'db' })
    expect(suggestVariable([], '7-up')).toEqual({ name: '_7_UP_HOST', value: '7-up' })
  })

  it('remove a service with the links to it, and nothing that merely sounds like it', () => {
    const [left, ...none] = removeService(WORDPRESS, 1)
    expect(none).toEqual([])
    expect(left).not.toHaveProperty('uses')
    expect(left?.containers?.[0]?.env).toEqual({ WORDPRESS_DB_USER: 'wordpress' })
    expect(removeService(WORDPRESS, 0)).toEqual([WORDPRESS[1]])
  })

  it('leave a variable whose host name leads to another workload', () => {
    const user = { name: 'web', uses: [{ name: 'store', as: 'db' }], env: { DB_HOST: 'db' } }
    const [left] = removeService([user, { name: 'db' }], 1)
    expect(left).toBe(user)
  })

  it('take a volume away with every place where it is seen, and rename it in each', () => {
    const [renamed] = renameVolume(WORDPRESS, 0, 0, 'site')
    expect(renamed?.volumes).toEqual([{ name: 'site', size: '5Gi' }])
    expect(renamed?.containers?.[0]?.mounts).toEqual([{ volume: 'site', path: '/var/www/html' }])
    const [emptied] = removeVolume(WORDPRESS, 0, 0)
    expect(emptied).not.toHaveProperty('volumes')
    expect(emptied?.containers?.[0]).not.toHaveProperty('mounts')
  })

  it('touch one container of several', () => {
    const containers = [{ image: 'web:1' }, { image: 'cache:1' }]
    const [body] = addVolume([{ name: 'web', containers }], 0, { ...VOLUME, part: 1 })
    expect(body?.containers?.[0]).toBe(containers[0])
    expect(body?.containers?.[1]?.mounts).toEqual([{ volume: 'extra', path: '/extra' }])
  })

  it('keep what a port says beside its number', () => {
    const ports = [{ containerPort: 81 }, { containerPort: 80, hostPort: 8_080 }]
    const [body] = addRoute([{ name: 'web', ports, bundle: 'x' }], 0, {
      part: 0,
      containerPort: 80,
    })
    expect(body?.ports).toEqual([{ containerPort: 80, hostPort: 8_080 }, { containerPort: 81 }])
  })

  it('end the route by host name with its port, and what leads to the same one', () => {
    const [closed] = removeRoute(WORDPRESS, 0, 'web')
    expect(closed?.containers?.[0]).not.toHaveProperty('ports')
    expect(closed).not.toHaveProperty('edge')
  })

  it('lead by host name to the port that was said last, and keep the others', () => {
    const [moved] = addRoute(WORDPRESS, 0, { part: 0, containerPort: 8_080 })
    expect(moved?.containers?.[0]?.ports).toEqual([{ containerPort: 8_080 }, { containerPort: 80 }])
  })

  it.each([
    ['db', 0, 'taken'],
    ['db', 1, undefined],
    ['Db', 0, 'shape'],
    ['', undefined, 'shape'],
    ['db', undefined, 'taken'],
  ])('say what is wrong with the name %j', (name, index, problem) => {
    expect(nameProblem(WORDPRESS, index, name)).toBe(problem)
  })

  it.each([
    [80, 'edge'],
    [18_080, 'taken'],
    [18_081, undefined],
    [70_000, 'edge'],
  ])('say what is wrong with the port %j at the edge', (port, problem) => {
    expect(edgePortProblem(WORDPRESS, port)).toBe(problem)
  })
})
