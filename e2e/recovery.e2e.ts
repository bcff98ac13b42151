/** Two of three are lost: the third goes on, and when they return they stop, report and learn. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { verifySpore } from '../node-core/network/spores/index.ts'
import { describeNode, foundTogether, LISTEN } from './harness/cluster.ts'
import { createTestNode, type TestNode } from './harness/node-process.ts'
import { until } from './harness/waiting.ts'

interface StatusDocument {
  degraded: { code: string; message: string }[]
  primary?: { role: string; inForce: boolean; era: number; voters: string[] }
}
interface ReportDocument {
  reports: {
    era: number
    commands: { subject: string; committed: boolean; kind: string; body: unknown }[]
  }[]
}

const base64 = (text: string): string => Buffer.from(text).toString('base64')

describe('a committee of three that loses two', () => {
  let nodes: TestNode[]
  let [ada, ben, cleo] = [] as unknown as [TestNode, TestNode, TestNode]
  let folder: string
  let witness: string

  const statusOf = (node: TestNode) => node.get<StatusDocument>('/api/status')
  const put = (node: TestNode, key: string, value: string) =>
    node.call('PUT', `/api/kv/${key}`, { value: base64(value) })
  const written = (node: TestNode, key: string, value: string) =>
    until(`${node.name} to put ${key}`, 20_000, async () => {
      return (await put(node, key, value)).status === 200
    })
  async function reads(node: TestNode, key: string, value: string): Promise<void> {
    await until(`${node.name} to read ${key}`, 20_000, async () => {
      const { status, body } = await node.call('GET', `/api/kv/${key}`)
      return status === 200 && (body as { value: string }).value === base64(value)
    })
  }

  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'mycelium-witness-'))
    witness = path.join(folder, 'garden.spore')
    nodes = ['ada', 'ben', 'cleo'].map((name) =>
      createTestNode(name, { DOCKER_HOST: 'unix:///nowhere.sock' }),
    )
    ;[ada, ben, cleo] = nodes as [TestNode, TestNode, TestNode]
    await foundTogether(nodes)
    for (const name of ['ben', 'cleo']) await ada.json('promote', name)
    await ada.json('seed', 'publish', '--to', witness, '--witness')
    for (const node of nodes) await written(node, `${node.name}/before`, node.name)
    await until('the witness to hold it', 30_000, () => {
      return verifySpore(readFileSync(witness), {}).document.voters.length === 3
    })
  })
  after(async () => {
    await Promise.all(nodes.map((node) => node.remove()))
    rmSync(folder, { recursive: true, force: true })
  })

  it('says what recovering would mean, and refuses while a majority stands', async () => {
    const refused = await ada.cli('--json', 'recover', '--yes')
    assert.equal(refused.code, 4, refused.stderr)
    assert.match(refused.stderr, /QUORUM_STANDS/)
  })

  it('goes on alone with what its copy holds, and the witness says so', async () => {
    // The two write on without ada, and are gone before she hears of it.
    await ada.kill()
    await written(ben, 'ben/late', 'of ben')
    await written(cleo, 'cleo/late', 'of cleo')
    await ben.kill()
    await cleo.kill()
    await ada.up(...LISTEN)
    assert.equal((await put(ada, 'ada/x', 'refused')).status, 503)
    const stale = await ada.call('GET', '/api/kv/ben/before?consistency=stale')
    assert.equal(stale.status, 200)
    const { plan } = await until('a plan', 20_000, async () => {
      const shown = await ada.json<{ plan: { era: number; missing: string[] } }>('recover')
      return shown.plan ? shown : undefined
    })
    assert.deepEqual([plan.era, plan.missing.length], [0, 2])
    assert.deepEqual(await ada.json('recover', '--yes'), { era: 1 })
    assert.equal(verifySpore(readFileSync(witness), {}).document.version.era, 1)
    await written(ada, 'ada/after', 'kept')
    await reads(ada, 'ben/before', 'ben')
    const { primary } = await statusOf(ada)
    assert.deepEqual([primary?.era, primary?.role, primary?.inForce], [1, 'leader', true])
  })

  it('is learned from by those who return, and their late writes are told', async () => {
    for (const node of [ben, cleo]) await node.up(...LISTEN)
    for (const node of [ben, cleo]) {
      await until(`${node.name} to learn`, 60_000, async () => {
        const { primary } = await statusOf(node)
        return primary?.era === 1 && ['learner', 'voter'].includes(primary.role)
      }).catch(async (error) => {
        console.log(await describeNode(node))
        throw error
      })
      await reads(node, 'ada/after', 'kept')
      assert.equal((await node.call('GET', '/api/kv/ben/late')).status, 404)
      const { degraded } = await statusOf(node)
      assert.ok(degraded.some(({ code }) => code === 'LATE_WRITES'))
    }
    const told = await Promise.all(
      [ben, cleo].map(async (node) => {
        const file = path.join(folder, `${node.name}.json`)
        return node.json<ReportDocument>('recover', 'report', '--out', file)
      }),
    )
    const commands = told.flatMap(({ reports }) => reports.flatMap((report) => report.commands))
    for (const [key, value] of [
      ['ben/late', 'of ben'],
      ['cleo/late', 'of cleo'],
    ] as const) {
      const found = commands.find(({ kind, subject }) => kind === 'kv.put' && subject === key)
      assert.ok(found, `${key} is reported`)
      assert.match(JSON.stringify(found.body), new RegExp(base64(value)))
    }
    assert.match(readFileSync(path.join(folder, 'ben.json'), 'utf8'), /ben\/late/)
  })

  it('votes with them again once they are promoted, and forgets what was seen to', async () => {
    for (const name of ['ben', 'cleo']) await ada.json('promote', name)
    await written(ben, 'ben/again', 'yes')
    await ada.kill()
    await written(cleo, 'cleo/again', 'yes')
    await ada.up(...LISTEN)
    await reads(ada, 'cleo/again', 'yes')
    for (const node of [ben, cleo]) {
      await node.json('recover', 'report', '--discard', '0')
      assert.ok((await statusOf(node)).degraded.every(({ code }) => code !== 'LATE_WRITES'))
    }
  })

  it('says of a member whose small files are damaged what is lost, and mends it', async () => {
    const { node } = await ben.get<{ node: { id: string } }>('/api/status')
    await ben.stop()
    for (const name of ['standing.cbor', 'era.cbor', 'author.cbor']) {
      const file = path.join(ben.home, 'registry', name)
      writeFileSync(file, Uint8Array.of(0xff, ...readFileSync(file).subarray(1)))
    }
    await ben.up(...LISTEN)
    await until('ben to say so', 20_000, async () => {
      const { degraded } = await statusOf(ben)
      return degraded.some(({ code, message }) => {
        return code === 'LOG_DAMAGED' && /registry\/standing\.cbor/.test(message)
      })
    })
    const doctor = await ben.cli('doctor')
    assert.match(doctor.stdout, /LOG_DAMAGED/)
    assert.notEqual(doctor.code, 0)
    await written(cleo, 'cleo/meanwhile', 'yes')
    for (const change of ['demote', 'promote']) await ada.json(change, 'ben')
    await until('ben to vote', 30_000, async () => {
      const { primary, degraded } = await statusOf(ben)
      const isTroubled = degraded.some(({ code }) => code === 'LOG_DAMAGED')
      return !isTroubled && primary?.era === 1 && primary.voters.includes(node.id)
    })
    await reads(ben, 'cleo/meanwhile', 'yes')
  })
  it('goes on by recover where all of them were put back from backups', async () => {
    await written(ada, 'ada/kept', 'yes')
    for (const node of [ben, cleo]) await reads(node, 'ada/kept', 'yes')
    for (const node of nodes) await node.stop()
    for (const { home } of nodes) {
      renameSync(home, `${home}-was`)
      execFileSync('cp', ['-a', `${home}-was`, home])
      rmSync(`${home}-was`, { recursive: true, force: true })
    }
    await ada.up(...LISTEN)
    const { node } = await ada.get<{ node: { addresses: string[] } }>('/api/status')
    for (const other of [ben, cleo]) await other.up(...LISTEN, '--bootstrap', node.addresses[0]!)
    for (const one of nodes) {
      await until(`${one.name} to say so`, 30_000, async () => {
        return (await statusOf(one)).degraded.some(({ code }) => code === 'LOG_DAMAGED')
      })
    }
    assert.equal((await put(ada, 'ada/x', 'refused')).status, 503)
    // They see each other, and nobody votes.
    for (const one of nodes) {
      await until(`${one.name} to say that writes wait`, 30_000, async () => {
        const { primary } = await statusOf(one)
        return primary?.inForce === false && !('leader' in primary)
      })
    }
    assert.match((await ada.cli('recover')).stdout, /put back or set aside/)
    // Whose log has an entry more that nobody was told of is left to chance.
    assert.deepEqual(await ada.json('recover', '--yes', '--anyway'), { era: 2 })
    await reads(ada, 'ada/kept', 'yes')
    for (const other of [ben, cleo]) {
      await until(`${other.name} to learn`, 60_000, async () => {
        const { primary, degraded } = await statusOf(other)
        return primary?.era === 2 && !degraded.some(({ code }) => code === 'LOG_DAMAGED')
      })
      await written(other, `${other.name}/after`, 'yes')
    }
    await reads(ada, 'cleo/after', 'yes')
  })
})
