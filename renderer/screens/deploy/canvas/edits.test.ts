import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { contract } from '../../../../node-core/api/contract/index.ts'
import { type Draft, nameOf } from './draft.ts'
import { buildGraph } from './graph.ts'
import { addLink, removeLink, suggestVariable } from './link-edits.ts'
import { webParts } from './ports.ts'
import { addRoute, edgePortProblem, removeRoute, setAccess } from './route-edits.ts'
import { nameProblem, removeService, renameService, setCopies } from './service-edits.ts'
import { anyDraft, anyName, WORDPRESS } from './testing/drafts.ts'
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

type Edit = (draft: Draft, index: number, name: string, part: number) => Draft

const ids = (draft: Draft) => draft.map((_, at) => `s${at}`)
const VOLUME = { name: 'extra', size: '1Gi', path: '/extra' }

const EDITS: [what: string, touches: RegExp, edit: Edit][] = [
  ['the number of copies', /^replicas$/, (draft, index) => setCopies(draft, index, 3)],
  [
    'a volume that is added',
    /^(volumes|containers\.\d+\.mounts)/,
    (draft, index, _, part) => addVolume(draft, index, { ...VOLUME, part }),
  ],
  [
    'a volume that is removed',
    /^(volumes|containers\.\d+\.mounts)/,
    (draft, index) => removeVolume(draft, index, 0),
  ],
  [
    'a volume that is renamed',
    /^(volumes|containers\.\d+\.mounts)/,
    (draft, index) => renameVolume(draft, index, 0, 'other'),
  ],
  [
    'a volume that is changed',
    /^volumes/,
    (draft, index) => changeVolume(draft, index, 0, (claim) => ({ ...claim, size: '9Gi' })),
  ],
  [
    'a place of a volume',
    /^containers\.\d+\.mounts/,
    (draft, index, _, part) => mountVolume(draft, index, part, { volume: 'data', path: '/more' }),
  ],
  [
    'a place of a volume that is taken away',
    /^containers\.\d+\.mounts/,
    (draft, index, _, part) => unmountVolume(draft, index, part, 0),
  ],
  [
    'a route by host name',
    /^(ports|containers\.\d+\.ports)/,
    (draft, index) =>
      addRoute(draft, index, { part: webParts(draft[index]!)[0]!, containerPort: 81 }),
  ],
  [
    'a route by a port',
    /^(ports|containers\.\d+\.ports|edge\.tcp|edge)$/,
    (draft, index, _, part) => addRoute(draft, index, { part, containerPort: 81, port: 18_081 }),
  ],
  [
    'a route that is removed',
    /^(ports|containers\.\d+\.ports|edge\.tcp|edge)$/,
    (draft, index) => removeRoute(draft, index, 'web'),
  ],
  ['who may come in', /^edge(\.access)?$/, (draft, index) => setAccess(draft, index, 'members')],
  [
    'a link',
    /^(uses|env\.ADDED|env|containers\.\d+\.env)/,
    (draft, index, name, part) =>
      addLink(draft, index, { name, variable: { part, name: 'ADDED', value: name } }),
  ],
  [
    'a link that is removed',
    /^(uses|env|containers\.\d+\.env)/,
    (draft, index) => {
      const link = buildGraph(draft, ids(draft)).links.find((one) => one.index === index)
      return link ? removeLink(draft, link) : draft
    },
  ],
]

describe('an edit', () => {
  it.each(EDITS)('of %s loses nothing else, whatever is written there', (_, touches, edit) => {
    fc.assert(
      fc.property(anyDraft, fc.nat(3), anyName, fc.nat(2), (draft, at, name, part) => {
        const index = at % draft.length
        const body = draft[index]!
        const next = edit(draft, index, name, part % (body.containers?.length ?? 1))
        for (const [other, before] of draft.entries()) {
          if (other !== index) expect(next[other]).toBe(before)
        }
        const changed = changedFields(body, next[index])
        expect(changed.filter((path) => !touches.test(path))).toEqual([])
        expect(schema?.['~standard'].validate(next[index])).not.toHaveProperty('issues')
      }),
      { seed: 7, numRuns: 150 },
    )
  })

  it('of a name loses nothing, and every link leads where it led', () => {
    fc.assert(
      fc.property(anyDraft, fc.nat(3), (draft, at) => {
        const index = at % draft.length
        const names = draft.map(nameOf)
        fc.pre(new Set(names).size === names.length)
        const next = renameService(draft, index, 'renamed')
        expect(next.map(nameOf)).toEqual(names.with(index, 'renamed'))
        const touches = /^(name|uses|placement|secrets|autoscale\.queue\.key)/
        for (const [other, before] of draft.entries()) {
          const changed = changedFields(before, next[other])
          expect(changed.filter((path) => !touches.test(path))).toEqual([])
        }
        const ends = (of: Draft) =>
          buildGraph(of, ids(of))
            .links.filter(({ use }) => use !== undefined)
            .map(({ from, to, as }) => [from, as, to])
        expect(ends(next).filter(([, , to]) => !to?.startsWith('elsewhere'))).toEqual(
          ends(draft).filter(([, , to]) => !to?.startsWith('elsewhere')),
        )
      }),
      { seed: 7, numRuns: 300 },
    )
  })

  it('that is taken back leaves what was', () => {
    fc.assert(
      fc.property(anyDraft, fc.nat(3), (draft, at) => {
        const index = at % draft.length
        fc.pre(draft[index]?.containers !== undefined)
        const volume = draft[index]?.volumes?.length ?? 0
        const more = addVolume(draft, index, { ...VOLUME, part: 0 })
        const after = removeVolume(more, index, volume)
        expect(changedFields(draft[index], after[index]).filter(notEmpty)).toEqual([])
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
const notEmpty = (path: string): boolean => !/(^|\.)(volumes|mounts)$/.test(path)

function suggested(draft: Draft) {
  return { part: 0, ...suggestVariable(draft, 'wordpress') }
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

  it('keep the host name that others know a renamed service by', () => {
    const [user] = renameService(WORDPRESS, 1, 'mariadb')
    expect(user?.uses).toEqual([{ name: 'mariadb', as: 'db' }])
    expect(user?.containers?.[0]?.env?.WORDPRESS_DB_HOST).toBe('db')
    const [again] = renameService(renameService(WORDPRESS, 1, 'mariadb'), 1, 'db')
    expect(again?.uses).toEqual(['db'])
  })

  it('move what speaks of the service itself along with its name', () => {
    const secrets = [{ name: 'db/password', env: 'PASSWORD' }]
    const autoscale = { max: 3, queue: { key: 'db/jobs', perCopy: 2 } }
    const [renamed] = renameService([{ name: 'db', secrets, autoscale }], 0, 'store')
    expect(renamed?.secrets).toEqual([{ name: 'store/password', env: 'PASSWORD' }])
    expect(renamed?.autoscale?.queue?.key).toBe('store/jobs')
  })

  it('remove a service with the links to it, and nothing that merely sounds like it', () => {
    const [left, ...none] = removeService(WORDPRESS, 1)
    expect(none).toEqual([])
    expect(left).not.toHaveProperty('uses')
    expect(left?.containers?.[0]?.env).toEqual({ WORDPRESS_DB_USER: 'wordpress' })
    expect(removeService(WORDPRESS, 0)).toEqual([WORDPRESS[1]])
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
    if (index !== undefined && problem)
      expect(renameService(WORDPRESS, index, name)).toBe(WORDPRESS)
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
