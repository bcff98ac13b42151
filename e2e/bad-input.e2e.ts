/** Wrong input of every kind gets a clear error with a stable code, and nothing is lost. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { connect, createServer } from 'node:net'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { allReady, LISTEN } from './harness/cluster.ts'
import { createTestNode, type TestNode } from './harness/node-process.ts'
import { freePort } from './harness/ports.ts'
import { mountSmallDisk, type SmallDisk } from './harness/small-disk.ts'
import { until } from './harness/waiting.ts'

const NO_ENGINE = { DOCKER_HOST: 'unix:///nowhere.sock' }
const made: TestNode[] = []

function newNode(name: string, environment: Record<string, string> = {}): TestNode {
  const node = createTestNode(name, { ...NO_ENGINE, ...environment })
  made.push(node)
  return node
}
after(() => Promise.all(made.map((node) => node.remove())))

/** Runs a command that must fail, and checks its exit code and the code it names. */
async function refuses(node: TestNode, args: string[], exit: number, code: RegExp): Promise<void> {
  const result = await node.cli('--json', ...args)
  assert.equal(result.code, exit, `${args[0]}: ${result.stdout}${result.stderr}`)
  assert.match(result.stdout + result.stderr, code)
}

describe('invites and seed files', () => {
  let ada: TestNode

  before(async () => {
    ada = newNode('ada')
    await ada.json('init', '--network-name', 'Garden', '--name', 'ada')
    await ada.up(...LISTEN)
  })

  it('refuses an invite that was cut short', async () => {
    const { invite } = await ada.json<{ invite: string }>('invite')
    await refuses(newNode('cut'), ['join', invite.slice(0, -20)], 1, /INVITE_INVALID/)
  })

  it('refuses an invite that was spent, and lets the first one in', async () => {
    const { invite } = await ada.json<{ invite: string }>('invite', '--uses', '1')
    await newNode('first').json('join', invite, '--name', 'first')
    await refuses(newNode('second'), ['join', invite], 4, /INVITE_SPENT/)
  })

  it('lets a second computer of one owner in as that owner’s', async () => {
    const file = path.join(ada.home, 'ada.owner')
    const exporting = ['owner', 'export', file, '--generate']
    const made = await ada.json<{ owner: string; passphrase: string }>(...exporting)
    const passphrase = path.join(ada.home, 'passphrase')
    writeFileSync(passphrase, made.passphrase)
    const { invite } = await ada.json<{ invite: string }>('invite')
    const laptop = newNode('laptop')
    const flags = ['--owner', file, '--passphrase-file', passphrase]
    await laptop.json('join', invite, '--name', 'laptop', ...flags)
    await laptop.up(...LISTEN)
    interface Members {
      members: { name: string; nodes: string[] }[]
    }
    interface Told {
      node: { owner: { id: string; name: string }; permissions: string[] }
    }
    const { node } = await laptop.get<Told>('/api/status')
    assert.equal(node.owner.id, made.owner)
    // The computer's name is not its owner's.
    assert.deepEqual(node.owner, (await ada.get<Told>('/api/status')).node.owner)
    // What the founder may do, and not what the invite says.
    assert.ok(node.permissions.includes('admin'))
    await until('ada to see it as her own', 10_000, async () => {
      const { members } = await ada.json<Members>('members')
      return members.some(({ nodes }) => nodes.length === 2)
    })
    const own = ({ members }: Members) => members.find(({ nodes }) => nodes.length === 2)?.name
    assert.deepEqual(own(await ada.json<Members>('members')), node.owner.name)
    await laptop.stop()
  })

  it('refuses an invite that has expired', async () => {
    const { invite } = await ada.json<{ invite: string }>('invite', '--expires', '60s')
    const late = { FAKETIME: '+4h', ...faketime() }
    if (!late.LD_PRELOAD) return console.log('# skipped: faketime is not installed')
    await refuses(newNode('late', late), ['join', invite], 4, /INVITE_EXPIRED/)
  })

  it('refuses an invite of another network in a home that has one', async () => {
    const { invite } = await ada.json<{ invite: string }>('invite')
    const other = newNode('other')
    await other.json('init', '--network-name', 'Elsewhere')
    await refuses(other, ['join', invite], 4, /IN_A_NETWORK/)
    await other.up(...LISTEN)
    const { network } = await other.get<{ network: { name: string } }>('/api/status')
    assert.equal(network.name, 'Elsewhere')
  })

  it('refuses a seed file that is unsigned, altered or stale', async () => {
    const seed = await until('the seed file', 10_000, () =>
      readFileSync(path.join(ada.home, 'spore.json'), 'utf8'),
    )
    const file = path.join(ada.home, 'altered.json')
    const document = JSON.parse(seed) as Record<string, unknown>
    for (const [change, code] of [
      [{ signature: undefined }, /SEED_INVALID/],
      [{ addresses: ['/ip4/127.0.0.1/tcp/1'] }, /SEED_INVALID/],
      [{ expiresAt: '2020-01-01T00:00:00.000Z' }, /SEED_(INVALID|STALE)/],
    ] as const) {
      writeFileSync(file, JSON.stringify({ ...document, ...change }))
      await refuses(newNode('seeded'), ['join', '--seed-spore', file], 1, code)
    }
  })
})

describe('requests', () => {
  let node: TestNode

  before(async () => {
    node = newNode('requests')
    await node.json('init', '--network-name', 'Requests')
    await node.up(...LISTEN)
  })

  const deploy = (change: object) =>
    node.call('POST', '/api/workloads', {
      name: 'web',
      containers: [{ name: 'web', image: 'hello:1' }],
      ...change,
    })

  for (const [what, change, field] of [
    ['replicas 0', { replicas: 0 }, 'replicas'],
    ['replicas -1', { replicas: -1 }, 'replicas'],
    ['replicas 10⁹', { replicas: 1e9 }, 'replicas'],
    ['a name with spaces', { name: 'my web' }, 'name'],
    ['a name of 300 letters', { name: 'a'.repeat(300) }, 'name'],
    [
      'a port of 70000',
      { containers: [{ name: 'w', image: 'x', ports: [{ containerPort: 70_000 }] }] },
      'containerPort',
    ],
  ] as const) {
    it(`refuses ${what} by the path of the field`, async () => {
      const { status, body } = await deploy(change)
      assert.equal(status, 400)
      assert.equal((body as { code: string }).code, 'VALIDATION_ERROR')
      assert.match(JSON.stringify((body as { details: unknown }).details), new RegExp(field))
    })
  }

  it('refuses a body of 100 MB without reading it all', async () => {
    const token = readFileSync(path.join(node.home, 'api-token'), 'utf8').trim()
    const { hostname, port } = new URL(node.api)
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect(Number(port), hostname, () => {
        socket.write(
          `POST /api/workloads HTTP/1.1\r\nHost: ${hostname}:${port}\r\nAuthorization: Bearer ${token}\r\n` +
            `Content-Type: application/json\r\nContent-Length: 104857600\r\n\r\n`,
        )
        socket.write(Buffer.alloc(65_536, 0x20))
      })
      socket.once('data', (data) => {
        resolve(String(data))
        socket.destroy()
      })
      socket.once('error', reject)
    })
    assert.match(answer, /^HTTP\/1\.1 413/)
  })

  it('answers routes of parts that do not exist with 404, and commands with exit 2', async () => {
    assert.equal((await node.call('GET', '/api/pools')).status, 404)
    assert.equal((await node.call('GET', '/api/credits')).status, 404)
    assert.equal((await node.cli('credits', 'list')).code, 2)
  })

  it('refuses without token, with a foreign Host and with a foreign Origin', async () => {
    const status = async (headers: Record<string, string>) =>
      (await fetch(`${node.api}/api/status`, { headers })).status
    assert.equal(await status({}), 401)
    assert.equal(await status({ origin: 'http://evil.example' }), 403)
    assert.equal(await status({ origin: 'http://127.0.0.1:1' }), 403)
    // `fetch` does not let a Host header through.
    const hostStatus = (host: string) =>
      new Promise<number | undefined>((resolve, reject) => {
        const asked = request(`${node.api}/api/status`, { headers: { host } }, (answer) => {
          answer.resume()
          resolve(answer.statusCode)
        })
        asked.once('error', reject).end()
      })
    assert.equal(await hostStatus('evil.example'), 403)
    assert.equal(await hostStatus('127.0.0.1:1'), 403)
    assert.equal(await hostStatus(new URL(node.api).host), 401)
  })

  it('says why work waits where there is no engine, and loses nothing over a restart', async () => {
    assert.equal((await deploy({})).status, 201)
    const waits = async () => {
      const workload = await node.get('/api/workloads/web')
      return /UNPLACED.*unable to run this kind/.test(JSON.stringify(workload))
    }
    await until('the reason to be told', 10_000, waits)
    await node.kill()
    await node.up(...LISTEN)
    await until('the reason to be told again', 10_000, waits)
  })

  it('refuses a second node on one home and says who holds it', async () => {
    const result = await node.cli('up', '--no-open', '--api-port', '0', '--edge-port', '0')
    assert.equal(result.code, 1)
    assert.match(result.stderr, /HOME_IN_USE\): It runs already: mycelium open/)
    assert.match(result.stderr, new RegExp(String(node.pid)))
  })
})

describe('this computer', () => {
  it('names all five wrong fields of a config at once', async () => {
    const node = newNode('config')
    writeFileSync(
      path.join(node.home, 'config.toml'),
      [
        '[node]',
        'name = 7',
        '[network]',
        'listen = "nowhere"',
        'max_peers = -1',
        'exchange_interval = "soon"',
        '[logging]',
        'level = "loud"',
      ].join('\n'),
    )
    const result = await node.cli('up', '--no-open')
    assert.equal(result.code, 2)
    for (const field of [
      'node.name',
      'network.listen',
      'network.max_peers',
      'network.exchange_interval',
      'logging.level',
    ]) {
      assert.ok(result.stderr.includes(field), `${field} is not named: ${result.stderr}`)
    }
  })

  it('names a port that is taken', async () => {
    const port = await freePort()
    const server = createServer().listen(port, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    const node = newNode('port')
    await node.json('init', '--network-name', 'Ports')
    const result = await node.cli('up', '--no-open', '--api-port', String(port), '--edge-port', '0')
    server.close()
    assert.equal(result.code, 1)
    assert.match(result.stderr, /PORT_TAKEN/)
    assert.match(result.stderr, new RegExp(String(port)))
  })

  it('goes on by itself when a taken port is free again', async () => {
    const port = await freePort()
    const server = createServer().listen(port, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    const node = newNode('patient')
    await node.up(...LISTEN, '--edge-port', String(port))
    const founded = await node.call('POST', '/api/network', { networkName: 'Patient' })
    assert.match(JSON.stringify(founded.body), /PORT_TAKEN/)
    const status = await node.get('/api/status')
    assert.match(JSON.stringify(status.degraded), /NETWORK_NOT_STARTED/)
    await new Promise((resolve) => server.close(resolve))
    await until('the network to start', 20_000, async () => {
      const { network, degraded } = await node.get<{ network?: object; degraded: object[] }>(
        '/api/status',
      )
      if (!network) throw new Error(`Not yet: ${JSON.stringify(degraded)}`)
      return network
    })
  })

  it('leaves a network with nothing of it left, and founds another', async () => {
    const node = newNode('mover')
    await node.json('init', '--network-name', 'First', '--name', 'mover')
    await node.up(...LISTEN)
    const body = { name: 'web', containers: [{ name: 'web', image: 'hello:1' }] }
    assert.equal((await node.call('POST', '/api/workloads', body)).status, 201)
    const asked = await node.cli('leave')
    assert.deepEqual([asked.code, /LAST_ADMIN|ends, with all/.test(asked.stderr)], [4, true])
    assert.equal((await node.cli('leave', '--yes')).code, 0)
    const founded = await node.call('POST', '/api/network', { networkName: 'Second' })
    assert.equal(founded.status, 201, JSON.stringify(founded.body))
    assert.deepEqual(await node.get('/api/workloads'), { workloads: [] })
    await node.stop()
    await node.up(...LISTEN)
    assert.equal(
      (await node.get<{ network: { name: string } }>('/api/status')).network.name,
      'Second',
    )
    assert.doesNotMatch(node.log(), /did not hold/)
  })

  it('works with a clock that is an hour off', async () => {
    const wrong = { FAKETIME: '+1h', ...faketime() }
    if (!wrong.LD_PRELOAD) return console.log('# skipped: faketime is not installed')
    const right = newNode('right')
    await right.json('init', '--network-name', 'Time', '--name', 'right')
    await right.up(...LISTEN)
    const { invite } = await right.json<{ invite: string }>('invite', '--expires', '24h')
    const node = newNode('wrong', wrong)
    await node.json('join', invite, '--name', 'wrong')
    await node.up(...LISTEN)
    await allReady([right, node])
    // Of two nobody knows whose is wrong.
    for (const [one, other, how] of [
      [right, 'wrong', 'ahead of'],
      [node, 'right', 'behind'],
    ] as const) {
      const { degraded } = await until(
        `${one.name} to say that its clock differs`,
        20_000,
        async () => {
          const told = await one.get<{ degraded: { code: string; message: string }[] }>(
            '/api/status',
          )
          return told.degraded.some(({ code }) => code === 'CLOCKS_DIFFER') ? told : undefined
        },
      )
      const said = degraded.map(({ message }) => message).join('\n')
      assert.match(said, new RegExp(`The clock of ${other} is (59|60|61) minutes ${how} that`))
      assert.match((await one.cli('nodes')).stdout, new RegExp(`! The clock of ${other} is`))
    }
  })

  it('says so when the disk is full, and goes on when there is room again', async () => {
    const node = newNode('full')
    const disk = smallDiskAt(node.home)
    if (!disk) return console.log('# skipped: mounting a small disk needs root')
    try {
      await node.json('init', '--network-name', 'Full')
      await node.up(...LISTEN)
      const fill = path.join(node.home, 'fill')
      execFileSync('sh', ['-c', `dd if=/dev/zero of=${fill} bs=64k 2>/dev/null || true`])
      const { status, body } = await node.call('POST', '/api/workloads', {
        name: 'late',
        containers: [{ name: 'late', image: 'hello:1', env: { PADDING: 'x'.repeat(30_000) } }],
      })
      assert.equal(status, 503, JSON.stringify(body))
      assert.match(JSON.stringify(body), /DISK_FULL|UNAVAILABLE/)
      execFileSync('rm', [fill])
      const again = await until('room to be used', 10_000, async () => {
        const answer = await node.call('POST', '/api/workloads', {
          name: 'late',
          containers: [{ name: 'late', image: 'hello:1' }],
        })
        return answer.status === 201 ? answer : undefined
      })
      assert.equal(again.status, 201)
      await node.kill()
      await node.up(...LISTEN)
      assert.equal((await node.call('GET', '/api/workloads/late')).status, 200)
    } finally {
      await node.stop()
      disk.remove()
    }
  })
})

/** libfaketime makes one process's clock wrong without touching the machine's. */
function faketime(): { LD_PRELOAD?: string; FAKETIME_DONT_FAKE_MONOTONIC?: string } {
  try {
    const library = execFileSync('sh', ['-c', 'ls /usr/lib/*/faketime/libfaketimeMT.so.1'], {
      encoding: 'utf8',
    })
    return { LD_PRELOAD: library.trim(), FAKETIME_DONT_FAKE_MONOTONIC: '1' }
  } catch {
    if (process.env.CI) throw new Error('CI must have faketime')
    return {}
  }
}

function smallDiskAt(folder: string): SmallDisk | undefined {
  try {
    return mountSmallDisk(folder, 16)
  } catch (error) {
    if (process.env.CI) throw error
    return undefined
  }
}
