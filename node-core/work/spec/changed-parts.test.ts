import { describe, expect, test } from 'vitest'
import { applyChange, parseWorkload } from './index.ts'
import { refusal } from './testing/refusal.ts'

const WIKI = {
  name: 'wiki',
  volumes: [{ name: 'data' }],
  containers: [
    {
      ...{
        name: 'web',
        image: 'wiki:1',
        command: ['serve'],
        args: ['--all'],
        user: '1000',
        workingDir: '/srv',
        stopSignal: 'SIGQUIT' as const,
      },
      env: { PASSWORD: 'planted' },
      ports: [{ containerPort: 80 }],
      resources: { cpu: '200m', memory: '128Mi', limits: { cpu: 1 } },
      probes: { ready: { kind: 'http' as const, path: '/ready' } },
      mounts: [{ volume: 'data', path: '/data' }],
      readOnlyRoot: true,
      scratch: [{ path: '/tmp', size: '8Mi' }],
      files: [
        { path: '/etc/wiki.conf', content: 'planted', mode: '0400' },
        { path: '/etc/other.conf', content: 'other' },
      ],
    },
    { name: 'db', image: 'postgres:16', env: { DB: 'wiki' }, ports: [{ containerPort: 5_432 }] },
  ],
}
const before = parseWorkload(WIKI)
const [web, db] = WIKI.containers
const BARE = [
  { name: 'web', image: 'wiki:1' },
  { name: 'db', image: 'postgres:16' },
]

describe('containers of a change', () => {
  test('keep all that is not said of them: nobody can send back what is not shown', () => {
    expect(applyChange(before, { containers: BARE })).toEqual(before)
    const [first] = applyChange(before, {
      containers: [
        {
          name: 'web',
          image: 'wiki:2',
          ports: [80, 81].map((containerPort) => ({ containerPort })),
        },
        BARE[1],
      ],
    }).parts
    expect(first).toEqual({
      ...before.parts[0],
      source: { image: 'wiki:2', command: ['serve'], args: ['--all'] },
      ports: [80, 81].map((containerPort) => ({ containerPort, protocol: 'tcp' })),
    })
  })

  test('need no image where there is one of that name', () => {
    const { parts } = applyChange(before, {
      containers: [{ name: 'web', env: { V: '2' } }, { name: 'db' }],
    })
    expect(parts).toEqual([{ ...before.parts[0], env: { V: '2' } }, before.parts[1]])
    for (const one of [{ name: 'wbe' }, {}]) {
      expect(refusal(() => applyChange(before, { containers: [one, { name: 'db' }] }))).toContain(
        'containers.0.image',
      )
    }
  })

  test('lose what null or an empty list takes away', () => {
    const nothing = {
      command: null,
      args: [],
      env: null,
      user: null,
      workingDir: null,
      stopSignal: null,
      scratch: null,
      files: [],
    }
    const more = { probes: null, resources: null, mounts: null, readOnlyRoot: null }
    const [first] = applyChange(before, {
      containers: [{ ...BARE[0], ...nothing, ...more }, BARE[1]],
      volumes: [],
    }).parts
    const { image, name, ports } = web!
    const anew = { name: 'wiki', containers: [{ image, name, ports }, db] }
    expect(first).toEqual(parseWorkload(anew).parts[0])
  })

  test('go where they are not named, and come as they are said', () => {
    const cache = { name: 'cache', image: 'redis:7', args: null, env: { A: 'b' } }
    const { parts } = applyChange(before, { containers: [cache, BARE[1]], volumes: [] })
    expect(parts.map(({ name }) => name)).toEqual(['cache', 'db'])
    expect(parts[0]).toMatchObject({ source: { image: 'redis:7' }, env: { A: 'b' } })
    expect(parts[1]).toEqual(before.parts[1])
  })

  test('need no name where there is one, whatever image it has', () => {
    const one = parseWorkload({ name: 'wiki', containers: [{ ...web, mounts: [] }] })
    const [part] = applyChange(one, { containers: [{ image: 'caddy:2' }] }).parts
    expect(part).toMatchObject({
      name: 'web',
      env: { PASSWORD: 'planted' },
      source: { image: 'caddy:2' },
    })
  })

  test('keep the contents of files that are named without', () => {
    const files = [
      { path: '/etc/wiki.conf' },
      { path: '/etc/other.conf', mode: '0400' },
      { path: '/etc/new.conf', content: 'new' },
    ]
    const [first] = applyChange(before, { containers: [{ ...BARE[0], files }, BARE[1]] }).parts
    expect(first.files).toEqual([
      { path: '/etc/wiki.conf', content: 'planted', mode: 0o400 },
      { path: '/etc/other.conf', content: 'other', mode: 0o400 },
      { path: '/etc/new.conf', content: 'new', mode: 0o444 },
    ])
    const one = parseWorkload({ name: 'wiki', containers: [{ ...web, mounts: [] }] })
    const fewer = applyChange(one, { files: [{ path: '/etc/wiki.conf' }] })
    expect(fewer.parts[0].files).toEqual([first.files?.[0]])
  })

  test.each([
    ['nothing at the path', { files: [{ path: '/etc/gone.conf' }] }, 'files.0.content'],
    [
      'an encoding of nothing',
      { files: [{ path: '/etc/wiki.conf', encoding: 'base64' }] },
      'files.0.content',
    ],
    ['no image', { image: null }, 'image'],
  ])('are refused where there is %s', (_, field, path) => {
    const containers = [{ ...BARE[0], ...field }, BARE[1]]
    expect(refusal(() => applyChange(before, { containers }))).toEqual([`containers.0.${path}`])
  })
})
