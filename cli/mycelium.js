#!/usr/bin/env node
// Plain JavaScript that any Node can read: finds a Node new enough to run the sources and hands
// over to it. The machine's own may be older than what the project needs. In the published package
// the sources are compiled, since Node strips no types under node_modules.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import module, { createRequire } from 'node:module'
import { constants, homedir } from 'node:os'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

// Before 24.9 a server cannot choose which requests it lets leave HTTP; the edge has to.
const NODE_MIN = { major: 24, minor: 9 }
const shim = fileURLToPath(import.meta.url)
const entry = ['main.js', 'main.ts'].map((file) => path.join(shim, '..', file)).find(existsSync)

const [major, minor] = process.versions.node.split('.').map(Number)

if (major > NODE_MIN.major || (major === NODE_MIN.major && minor >= NODE_MIN.minor)) {
  // Stripping types and compiling again for every command would take longer than most commands do.
  // Not in the system's temporary folder: others can write there, and what is kept is run.
  module.enableCompileCache(path.join(cacheFolder(), 'mycelium'))
  await import(pathToFileURL(entry).href)
} else {
  const node = projectNode()
  if (node) handOver(node)
  else {
    console.error(
      `mycelium needs Node ${NODE_MIN.major}.${NODE_MIN.minor} or newer, and this is ${process.versions.node}.\n` +
        'Install it again with its optional dependencies, which bring one, or install a newer Node.',
    )
    process.exitCode = 1
  }
}

function cacheFolder() {
  return process.env.XDG_CACHE_HOME || path.join(homedir(), '.cache')
}

/** The runtime that npm installed with the project, if it did. */
function projectNode() {
  try {
    const { resolve } = createRequire(import.meta.url)
    const folder = path.dirname(resolve('node/package.json'))
    const program = path.join(folder, 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
    return existsSync(program) ? program : undefined
  } catch {
    return undefined
  }
}

function handOver(node) {
  const child = spawn(node, [shim, ...process.argv.slice(2)], { stdio: 'inherit' })
  // Ctrl+C reaches the child by itself; what others send to this process is passed on.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      if (signal !== 'SIGINT') child.kill(signal)
    })
  }
  child.once('error', (error) => {
    console.error(`Node at ${node} cannot be started: ${error.message}`)
    process.exitCode = 1
  })
  child.once('exit', (code, signal) => {
    // The shells' own way to tell which signal ended it.
    process.exitCode = code ?? 128 + (constants.signals[signal] ?? 0)
  })
}
