/** etcd's own client, in Go over gRPC: what our figures are stretched towards. Built before anything is measured. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import path from 'node:path'
import type { KeyStores } from '../key-stores.ts'
import { type Figures, LOAD_MS, WARM_MS } from '../load.ts'
import { firstLine, start } from '../processes.ts'
import { has } from '../report.ts'

/** Where Debian puts the sources of Go packages. */
const GO_PATH = '/usr/share/gocode'
const ROOT = path.resolve(import.meta.dirname, '../..')
const FOLDER = path.join(ROOT, 'dist/go')
const PROGRAM = path.join(FOLDER, 'etcd-load')

export type GoLoad = (stores: KeyStores, clients: number) => Promise<Figures>

/** The same load as `load` puts on stores, by at most 16 connections. Undefined where Go is missing. */
export function goClient(): GoLoad | undefined {
  const sources = path.join(GO_PATH, 'src/go.etcd.io/etcd/clientv3')
  if (!has('go') || !existsSync(sources)) return undefined
  const program = built()
  return async (stores, clients) => {
    const endpoints = stores.doors.map(({ origin }) => new URL(origin).host).join(',')
    const child = start([program, endpoints, ...[clients, WARM_MS, LOAD_MS].map(String)])
    const { line } = await firstLine(child, /perSecond/)
    return JSON.parse(line)
  }
}

function built(): string {
  mkdirSync(FOLDER, { recursive: true })
  execFileSync('go', ['build', '-o', PROGRAM, path.join(ROOT, 'bench/peers/etcd-load.go')], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      ...{ PATH: process.env.PATH, GOFLAGS: '', GO111MODULE: 'off', GOPATH: GO_PATH },
      GOCACHE: path.join(FOLDER, 'cache'),
    },
  })
  return PROGRAM
}
