/** What a report holds: each a question to this computer or to its node, asked when it is written. */
import { readdir, readFile, stat } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import packageJson from '../../package.json' with { type: 'json' }
import { CONFIG_FILE } from '../config.ts'
import type { Context } from '../context.ts'
import { REPORT_DEPTH_MAX, REPORT_FILES_MAX } from '../limits.ts'
import type { NodeClient } from '../node-client.ts'

export interface Entry {
  file: string
  about: string
  /** A document, or text. */
  read(): Promise<unknown>
}

/** As much of it as there is without a node. */
export function entriesHere(context: Context, checks: () => Promise<unknown>): Entry[] {
  return [
    {
      file: 'computer.json',
      about: 'versions, system, processors and memory; names of variables that are set',
      read: async () => computer(context),
    },
    { file: 'doctor.json', about: 'what mycelium doctor finds', read: checks },
    {
      file: 'config.toml',
      about: 'the configuration, without secrets',
      read: () => readFile(path.join(context.configHome, CONFIG_FILE), 'utf8').catch(nothing),
    },
    {
      file: 'home.json',
      about: 'names, sizes and times of the files of the home; nothing of what is in them',
      read: () => filesOf(context.home),
    },
  ]
}

export function entriesOfNode(node: NodeClient): Entry[] {
  const { call } = node
  return [
    {
      file: 'state.json',
      about: 'the node: status, counts and hashes of what it holds, its latest warnings',
      read: () => call.node.debugState(),
    },
    { file: 'nodes.json', about: 'the computers of the network', read: () => call.nodes.list() },
    { file: 'peers.json', about: 'who is connected, and how', read: () => call.peers.list() },
    {
      file: 'workloads.json',
      about: 'what is wanted and what runs, without environment, commands and files',
      read: () => call.workloads.list(),
    },
    {
      file: 'volumes.json',
      about: 'where data lies, and how much',
      read: () => call.volumes.list(),
    },
    {
      file: 'metrics.txt',
      about: 'figures',
      read: async () => (await node.fetch('/metrics')).text(),
    },
  ]
}

function computer({ env }: Context) {
  const [processor] = os.cpus()
  return {
    time: new Date().toISOString(),
    mycelium: packageJson.version,
    node: process.versions.node,
    system: { platform: process.platform, arch: process.arch, release: os.release() },
    processors: { count: os.cpus().length, model: processor?.model },
    memory: { totalBytes: os.totalmem(), freeBytes: os.freemem() },
    loads: os.loadavg(),
    uptimeSeconds: Math.round(os.uptime()),
    variables: Object.keys(env).sort(),
  }
}

async function filesOf(home: string) {
  const files: { path: string; sizeBytes: number; mode: string; changedAt: string }[] = []
  const look = async (folder: string, depth: number): Promise<void> => {
    const entries = await readdir(path.join(home, folder), { withFileTypes: true }).catch(() => [])
    for (const entry of entries) {
      if (files.length >= REPORT_FILES_MAX) return
      const name = path.posix.join(folder, entry.name)
      const found = await stat(path.join(home, name)).catch(() => undefined)
      if (!found) continue
      const { size, mode, mtime } = found
      const permissions = (mode & 0o777).toString(8).padStart(4, '0')
      files.push({ path: name, sizeBytes: size, mode: permissions, changedAt: mtime.toISOString() })
      if (entry.isDirectory() && depth < REPORT_DEPTH_MAX) await look(name, depth + 1)
    }
  }
  await look('', 1)
  return { files, more: files.length >= REPORT_FILES_MAX }
}

function nothing(): string {
  return '# There is none.\n'
}
