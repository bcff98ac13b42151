import { describe, expect, it } from 'vitest'
import { markOf, placeFindings } from './findings.ts'
import { buildGraph, type Link } from './graph.ts'
import { identify } from './identity.ts'
import { WORDPRESS } from './testing/bodies.ts'

const IDS = ['s1', 's2']

function linksOf(bodies: Parameters<typeof buildGraph>[0]): Pick<Link, 'name' | 'as' | 'use'>[] {
  const ids = bodies.map((_, at) => `s${at}`)
  return buildGraph(bodies, ids).links.map(({ name, as, use }) => ({ name, as, use }))
}

describe('the graph of a draft', () => {
  const graph = buildGraph(WORDPRESS, IDS)

  it('has a service for each workload, its volumes, and how it is reached', () => {
    expect(graph.services).toMatchObject([
      { key: 's1', name: 'wordpress', what: { image: 'wordpress:6', more: 0 }, copies: 1 },
      { key: 's2', name: 'db' },
    ])
    expect(graph.volumes).toMatchObject([
      { key: 's1/volume/0', name: 'html', size: '5Gi', mounted: [{ path: '/var/www/html' }] },
      { key: 's2/volume/0', name: 'data', mounted: [{ path: '/var/lib/mysql' }] },
    ])
    expect(graph.routes).toMatchObject([
      { key: 's1/route/web', route: 'web', containerPort: 80, access: 'public' },
      { key: 's1/route/0', route: 0, port: 18_080, containerPort: 80 },
    ])
  })

  it('links who uses another, with the variables that name it', () => {
    expect(graph.links).toMatchObject([
      { from: 's1', to: 's2', name: 'db', variables: [{ part: 0, name: 'WORDPRESS_DB_HOST' }] },
    ])
  })

  it('shows a workload that is used and not written here', () => {
    const alone = buildGraph(WORDPRESS.slice(0, 1), IDS)
    expect(alone.elsewhere).toEqual([{ kind: 'elsewhere', key: 'elsewhere/db', name: 'db' }])
    expect(alone.links).toMatchObject([{ to: 'elsewhere/db' }])
  })

  it.each([
    ['API', 'http://db/x', true],
    ['API', 'mysql://root:key@db:3306/wiki', true],
    ['API', 'db:3306', true],
    ['DB_HOST', 'db', true],
    ['DB_HOSTS', 'other, db', true],
    ['NAME', 'db', false],
    ['DB_HOST', 'db.example.org', false],
    ['DB_HOST', 'wikidb', false],
  ])('takes %s=%s for a link that is not made yet: %s', (name, value, is) => {
    const user = { name: 'wiki', containers: [{ image: 'wiki', env: { [name]: value } }] }
    const found = is ? [{ name: 'db', as: 'db', use: undefined }] : []
    expect(linksOf([user, { name: 'db', containers: [{ image: 'db' }] }])).toEqual(found)
  })

  it('follows a host name of its own to the workload behind it', () => {
    const user = { name: 'wiki', uses: [{ name: 'db', as: 'mysql' }], env: { H_URL: '//mysql' } }
    const { links } = buildGraph([user, { name: 'db' }], IDS)
    expect(links).toMatchObject([{ as: 'mysql', to: 's2', variables: [{ name: 'H_URL' }] }])
  })

  it('says what the node has against it at the part that caused it', () => {
    const at = (path: string, index = 0) =>
      [...placeFindings(graph, [{ index, path, message: '', tone: 'bad' }]).keys()][0]
    expect(at('volumes.0.size')).toBe('s1/volume/0')
    expect(at('containers.0.mounts.0.path', 1)).toBe('s2/volume/0')
    expect(at('edge.tcp.0.port')).toBe('s1/route/0')
    expect(at('uses.0')).toBe('s1/link/db')
    expect(at('containers.0.image', 1)).toBe('s2')
    expect(at('volumes.7.name')).toBe('s1')
    expect(at('name', 9)).toBeUndefined()
  })

  it('marks a thing by the worst that is said of it, and a link that is not made', () => {
    const [service, link] = [graph.services[0]!, graph.links[0]!]
    const said = (tone: 'bad' | 'warn') => ({ index: 0, path: '', message: '', tone })
    expect(markOf(service, [])).toBeUndefined()
    expect(markOf(service, [said('warn')])).toBe('warn')
    expect(markOf(service, [said('warn'), said('bad')])).toBe('bad')
    expect(markOf(link, [])).toBeUndefined()
    expect(markOf({ ...link, use: undefined }, [])).toBe('warn')
  })
})

describe('who is who after a change', () => {
  const [wordpress = {}, db = {}] = WORDPRESS
  const before = { bodies: WORDPRESS, ids: IDS }

  it.each([
    ['something is changed in place', [{ ...wordpress, name: 'blog' }, db], ['s1', 's2']],
    ['the order changes', [db, wordpress], ['s2', 's1']],
    ['all of it is read anew from text', structuredClone([db, wordpress]), ['s2', 's1']],
    ['one goes', [db], ['s2']],
    ['one comes before them', [{ name: 'cache' }, wordpress, db], ['s3', 's1', 's2']],
    ['others take their place', [{ name: 'a' }, { name: 'b' }, { name: 'c' }], ['s3', 's4', 's5']],
  ])('is kept when %s', (_, bodies, ids) => {
    expect(identify(before, bodies)).toEqual(ids)
  })

  it('is kept by what has no name yet', () => {
    const [one, other] = [{ replicas: 1 }, { replicas: 1 }]
    expect(identify({ bodies: [one, other], ids: IDS }, [other, one])).toEqual(['s2', 's1'])
  })
})
