import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { createSimClock } from '../../base/clock/index.ts'
import { createSilentLogger } from '../../base/log/index.ts'
import { type NodeId, parseNodeId } from '../../base/net/index.ts'
import { parseRange } from '../addresses/index.ts'
import { until } from '../runners/runner.suite.ts'
import { createFirewall, createShield, type Firewall, type Obstacle } from './index.ts'
import { RULES_LOOK_MS } from './limits.ts'
import { nameServersOf } from './name-servers.ts'
import { chainsOf, linkRules, userRules } from './rules.ts'
import { neighboursMissing } from './testing/neighbours.ts'

const missing = neighboursMissing()

function newNode(): NodeId {
  const id = parseNodeId(randomBytes(32).toString('hex'))
  if (!id) throw new Error('no id')
  return id
}

function shieldOf(node: NodeId, firewall: Firewall) {
  const clock = createSimClock()
  return { clock, shield: createShield({ node, firewall, clock, logger: createSilentLogger() }) }
}

const iptables = (...args: string[]): string => execFileSync('iptables', ['-w', ...args]).toString()

describe.skipIf(missing)(`the rules${missing ? ` [skipped: ${missing}]` : ''}`, () => {
  it('are there again when another program took them away', async () => {
    const node = newNode()
    const { forward } = chainsOf(node)
    const real = createFirewall()
    let reads = 0
    const command: Firewall['command'] = async (family, args) => {
      const said = await real.command(family, args)
      if (args.join() === '-S') reads++
      return said
    }
    const { shield, clock } = shieldOf(node, { ...real, command })
    await shield.start()
    const link = `${shield.linkPrefix}12345678` as const
    await shield.bind(`link:${link}`, { own: true, egress: 'all' })
    // Before they are written, and once they have been.
    await until(() => reads >= 2 * real.families().length)
    const stand = (): boolean => {
      const rules = iptables('-S')
      return (
        rules.includes(`-A ${forward} -i ${link} -j RETURN`) && rules.includes(`-j ${forward}\n`)
      )
    }
    expect(stand()).toBe(true)
    for (const takenAway of [
      () => iptables('-F', forward),
      () => {
        const [jump = ''] = iptables('-S')
          .split('\n')
          .filter((line) => line.endsWith(`-j ${forward}`))
        iptables(...jump.replace('-A', '-D').split(' '))
      },
    ]) {
      takenAway()
      expect(stand()).toBe(false)
      // To see it, to write what is missing, and to know what stands then.
      const enough = reads + 3 * real.families().length
      await until(() => {
        if (!stand()) clock.advance(RULES_LOOK_MS)
        return stand() && reads >= enough
      })
    }
    await shield.release(`link:${link}`)
    await shield.stop()
    expect(iptables('-S')).not.toContain(forward)
  }, 30_000)

  it('of one node are not another’s', async () => {
    const [one, other] = [newNode(), newNode()]
    const [first, second] = [one, other].map((node) => shieldOf(node, createFirewall()).shield)
    await first!.start()
    await second!.start()
    await first!.bind(`link:${first!.linkPrefix}1`, { own: true })
    await second!.stop()
    expect(iptables('-S')).toContain(chainsOf(one).forward)
    expect(iptables('-S')).not.toContain(chainsOf(other).forward)
    await first!.bindOnly('link', new Map())
    await first!.stop()
  }, 30_000)
})

describe('a shield', () => {
  const node = newNode()
  const firewall = (more: Partial<Firewall> = {}): Firewall => {
    const nothing = async (): Promise<undefined> => undefined
    const rest = { open: nothing, restore: nothing, close: nothing, command: async () => '' }
    return { families: () => ['ipv4'], ...rest, ...more }
  }

  it.skipIf(missing)(
    'is none without a firewall for each family that the computer speaks',
    async () => {
      const { shield } = shieldOf(node, firewall({ families: () => [] }))
      await shield.start()
      expect(shield.obstacle()).toMatchObject({ code: 'NO_FIREWALL' })
      await shield.stop()
    },
  )

  it.skipIf(missing)('is there once whoever writes its rules is, and lets them go', async () => {
    let nobody: Obstacle | undefined = { code: 'NOT_ROOT', message: 'nobody' }
    const closed = vi.fn(async () => {})
    const { shield } = shieldOf(node, firewall({ open: async () => nobody, close: closed }))
    await shield.start()
    expect(shield.obstacle()).toMatchObject({ code: 'NOT_ROOT' })
    nobody = undefined
    await shield.start()
    expect(shield.obstacle()).toBeUndefined()
    await shield.stop()
    expect(closed).toHaveBeenCalledOnce()
  })

  it.skipIf(missing)('says when a rule is not taken, before anything runs', async () => {
    let full = false
    const restore = async (): Promise<void> => {
      if (full) throw new Error('no room')
    }
    const { shield } = shieldOf(node, firewall({ restore }))
    await shield.start()
    full = true
    const bound = shield.bind('user:61184', { own: true })
    await expect(bound).rejects.toMatchObject({ code: 'SHIELD_FAILED' })
    await shield.stop()
  })
})

describe('rules as text', () => {
  const chains = chainsOf('ab'.repeat(32))
  const opened = [parseRange('192.168.1.0/24')].filter((range) => range !== undefined)
  const home = { opened, nameServers: ['192.168.1.1'] }
  const linesOf = (text: string, what: string): string[] => {
    return text
      .split('\n')
      .filter((line) => line.includes(what) && !line.endsWith('MYC-abababababab-R'))
  }
  const rule = (address: string) => ({ address, ports: [80, 443], protocol: 'tcp' as const })

  it('open a link to what is listed, and what is opened only to the owner’s own', () => {
    const egress = [
      rule('203.0.113.0/24'),
      rule('192.168.1.7/32'),
      { host: 'a.example', ports: [1] },
    ]
    const links = new Map([
      ['mine', { own: true, egress }],
      ['theirs', { own: false, egress }],
      ['all', { own: false, egress: 'all' as const }],
    ])
    const text = linkRules(chains, links, home)
    const ports = '-p tcp -m multiport --dports 80,443 -j RETURN'
    const at = '-A MYC-abababababab-F -i'
    expect(linesOf(text, '-i mine')).toEqual([
      `${at} mine -d 192.168.1.7/32 ${ports}`,
      `${at} mine -d 203.0.113.0/24 ${ports}`,
      // Behind the shield, which has refused it by then.
      `${at} mine -d 192.168.1.7/32 ${ports}`,
    ])
    expect(linesOf(text, '-i theirs')).toEqual(
      linesOf(text, '-i mine')
        .slice(1)
        .map((line) => {
          return line.replace('mine', 'theirs')
        }),
    )
    expect(linesOf(text, '-i all')).toEqual([
      `${at} all -d 192.168.1.1 -p udp --dport 53 -j RETURN`,
      `${at} all -d 192.168.1.1 -p tcp --dport 53 -j RETURN`,
      `${at} all -j RETURN`,
    ])
    // Opened before the shield, listed behind it, and the rest refused.
    const order = ['192.168.1.7/32', '-d 10.0.0.0/8', '203.0.113.0/24', '-F -g']
    const places = order.map((one) => text.indexOf(one))
    expect(places).toEqual(places.toSorted((a, b) => a - b))
  })

  it('let a program answer at its ports, and refuse it what is not named', () => {
    const text = userRules(chains, new Map([[61_184, { own: true, ports: [4_000] }]]), home)
    expect(linesOf(text, '--uid-owner 61184')).toEqual([
      expect.stringMatching(/-o lo -p tcp --sport 4000 .*--ctdir REPLY -j RETURN$/),
      expect.stringMatching(/-o lo -p udp --sport 4000 .*--ctdir REPLY -j RETURN$/),
      expect.stringMatching(/-d 127\.0\.0\.1 -p tcp --dport 4000 -j RETURN$/),
    ])
    expect(text.trim().split('\n').at(-2)).toMatch(/--uid-owner 61184 -g MYC-abababababab-R$/)
  })
})

describe('the name servers of this computer', () => {
  it('are those that it asks itself, but for its own loopback', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'mycelium-names-'))
    const file = (name: string, text: string): string => {
      writeFileSync(path.join(folder, name), text)
      return path.join(folder, name)
    }
    const stub = file('stub', 'nameserver 127.0.0.53\noptions edns0\n')
    const real = file('real', '# home\nnameserver 192.168.1.1\nnameserver fe80::1\nsearch lan\n')
    expect(await nameServersOf([path.join(folder, 'none'), stub, real])).toEqual(['192.168.1.1'])
    expect(await nameServersOf([stub])).toEqual([])
    rmSync(folder, { recursive: true })
  })
})
