import { readFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { makeAuthority } from '../../node-core/work/certificates/testing/made-certificates.ts'
import { createRunningHome, type RunningHome } from '../testing/cli-run.ts'

const { certificate } = makeAuthority(['garden.localhost', 'garden.internal'])

let home: RunningHome
beforeEach(async () => {
  home = await createRunningHome()
  home.node.world.authority = certificate
})
afterEach(() => home.remove())

it('prints the certificate alone, and says how to trust it beside', async () => {
  const { out, err } = await home.run('trust')
  expect(`${out}\n`).toBe(certificate)
  expect(err).toMatch(/garden\.localhost[\s\S]*(?:[0-9A-F]{2}:){31}[0-9A-F]{2}[\s\S]*Firefox/)
})

it('writes it to a file', async () => {
  const file = path.join(home.home, 'garden.pem')
  const { out, err } = await home.run('trust', '--out', file)
  expect(out).toContain(file)
  expect(err).toContain(`-i ${file}`)
  expect(readFileSync(file, 'utf8')).toBe(certificate)
})

it('tells what the port is good for in status, and of each workload', async () => {
  expect(await home.json('status')).not.toHaveProperty('tls')
  home.node.world.tlsPort = 0
  expect((await home.run('status')).out).toMatch(/TLS +not open/)
  home.node.world.tlsPort = 8443
  expect(await home.json('status')).toMatchObject({ tls: { port: 8443 } })
  expect((await home.run('status')).out).toContain('https://<workload>.garden.localhost:8443')
})
