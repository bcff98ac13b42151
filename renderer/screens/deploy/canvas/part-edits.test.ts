import { describe, expect, it } from 'vitest'
import type { DeployInput } from '../../../../node-core/api/contract/index.ts'
import { resourcesOf, setAmount } from './part-edits.ts'
import { changeProbe, kindOf, kindsFor, probeOf, setProbeKind } from './probe-edits.ts'

const ports = [{ containerPort: 80 }]
const WEB: DeployInput = { name: 'web', containers: [{ image: 'web:1', ports }] }
const PROGRAM: DeployInput = { name: 'greeter', bundle: `sha256:${'ab'.repeat(32)}` }
const live = { part: 0, role: 'live' } as const
const ready = { part: 0, role: 'ready' } as const

describe('what is reserved for a part', () => {
  const amount = (body: DeployInput, text: string | undefined, key: 'cpu' | 'memory' = 'cpu') =>
    setAmount([body], 0, { part: 0, key }, text)[0]

  it('is written where it stood, beside what else is said there', () => {
    const top = { ...WEB, resources: { cpu: 1, disk: '2Gi' } }
    expect(amount(top, '500m')).toEqual({ ...top, resources: { cpu: '500m', disk: '2Gi' } })
    expect(amount(WEB, '500m')?.containers).toEqual([
      { image: 'web:1', ports, resources: { cpu: '500m' } },
    ])
    expect(amount(PROGRAM, '64Mi', 'memory')).toEqual({ ...PROGRAM, resources: { memory: '64Mi' } })
  })

  it('leaves nothing behind when it is emptied, in both places where it may stand', () => {
    expect(amount(amount(WEB, '1') ?? {}, undefined)).toEqual(WEB)
    const [web = { image: '' }] = WEB.containers ?? []
    const both = { ...WEB, resources: { cpu: 2 }, containers: [{ ...web, resources: { cpu: 1 } }] }
    expect(resourcesOf(both, 0)).toEqual({ cpu: 1 })
    expect(amount(both, undefined)).toEqual(WEB)
  })

  it('is its own for each of several containers', () => {
    const body = { ...WEB, containers: [{ image: 'web:1' }, { image: 'cache:1' }] }
    const [changed] = setAmount([body], 0, { part: 1, key: 'memory' }, '1Gi')
    expect(changed?.containers?.[0]).toBe(body.containers[0])
    expect(changed && resourcesOf(changed, 1)).toEqual({ memory: '1Gi' })
  })
})

describe('the probes of a part', () => {
  const set = (
    body: DeployInput,
    at: typeof live | typeof ready,
    kind: 'command' | 'http' | 'none' | 'usual',
  ) => setProbeKind([body], 0, at, kind)[0] ?? {}

  it('are those of the node until somebody says something else, and can be so again', () => {
    expect(kindOf(WEB, 0, 'live')).toBe('usual')
    expect(kindOf(WEB, 0, 'ready')).toBe('none')
    const asked = set(WEB, live, 'http')
    expect(asked.containers?.[0]?.probes).toEqual({ live: { kind: 'http' } })
    expect(set(asked, live, 'usual')).toEqual(WEB)
    expect(set(WEB, live, 'none').containers?.[0]?.probes).toEqual({})
  })

  it('lose nothing of what was asked unsaid when another one comes to it', () => {
    const both = set(WEB, ready, 'http')
    expect(both.containers?.[0]?.probes).toEqual({
      ...{ live: { kind: 'tcp' }, ready: { kind: 'http' } },
    })
    expect(kindsFor(both, 0, 'live')).not.toContain('usual')
    expect(set(PROGRAM, ready, 'http').probes).toEqual({
      ...{ live: { kind: 'http' }, ready: { kind: 'http' } },
    })
    expect(kindsFor(PROGRAM, 0, 'ready')).toContain('command')
    expect(set(PROGRAM, ready, 'command').probes?.ready).toEqual({ kind: 'command', command: [] })
    const mute = { ...WEB, containers: [{ image: 'worker:1' }] }
    expect(set(mute, ready, 'http').containers?.[0]?.probes).toEqual({ ready: { kind: 'http' } })
  })

  it('stay as short as they were written, as long as that says all of it', () => {
    const short: DeployInput = { ...WEB, health: { kind: 'http', path: '/up', periodMs: 900 } }
    expect(probeOf(short, 0, 'live')).toEqual(short.health)
    expect(set(short, live, 'none')).toEqual({ ...WEB, health: { kind: 'running' } })
    expect(setProbeKind([short], 0, live, 'tcp')[0]?.health).toEqual({ kind: 'tcp', periodMs: 900 })
    const longer = set(short, ready, 'http')
    expect(longer).not.toHaveProperty('health')
    expect(longer.probes).toEqual({ live: short.health, ready: { kind: 'http' } })
  })

  it('change in one word and keep the others', () => {
    const probe = { kind: 'http' as const, path: '/up', failures: 5 }
    const body = { ...PROGRAM, probes: { live: probe } }
    const to = changeProbe([body], 0, live, (one) => ({ ...one, port: 81 }))
    expect(to[0]?.probes).toEqual({ live: { ...probe, port: 81 } })
    expect(changeProbe([body], 0, ready, (one) => one)[0]).toBe(body)
  })
})
