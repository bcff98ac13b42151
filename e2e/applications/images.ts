/** The applications' images, made of Debian's packages where no registry can be reached. */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type Engine, enginesUnavailable } from '../harness/engine.ts'

const SOURCES = path.join(import.meta.dirname, 'images')
const BASE = 'mycelium-applications-base:1'
export const IMAGES = ['mariadb', 'wordpress', 'mediawiki'] as const

/** Of this machine, which keeps what it has built for the next run. */
function machine(...args: string[]): string {
  const options = { encoding: 'utf8', maxBuffer: 64 << 20 } as const
  return execFileSync('docker', ['-H', 'unix:///var/run/docker.sock', ...args], options)
}

function has(image: string): boolean {
  return machine('images', '-q', image).trim() !== ''
}

/** Why the applications cannot run here, in one line; undefined where they can. */
export function applicationsUnavailable(): string | undefined {
  const engines = enginesUnavailable()
  if (engines !== undefined) return `The applications cannot run here: ${engines}.`
  try {
    if (has(BASE)) return undefined
  } catch {
    return 'The applications cannot run here: Docker does not answer at /var/run/docker.sock.'
  }
  const { error } = spawnSync('debootstrap', ['--version'])
  if (!error) return undefined
  return 'The applications cannot run here: debootstrap is not installed. To install it: scripts/setup-debian.sh --applications'
}

/** Takes some minutes the first time. */
export function buildImages(say: (line: string) => void): void {
  if (!has(BASE)) importBase(say)
  for (const name of IMAGES) {
    say(`image ${name}`)
    const to = ['--build-arg', `BASE=${BASE}`, '-t', `mycelium-application-${name}`]
    machine('build', '-q', '--network', 'host', ...to, path.join(SOURCES, name))
  }
}

function importBase(say: (line: string) => void): void {
  say('a bare Debian')
  const folder = mkdtempSync(path.join(tmpdir(), 'mycelium-debian-'))
  try {
    const root = path.join(folder, 'root')
    execFileSync('debootstrap', ['--variant=minbase', 'bookworm', root], { stdio: 'ignore' })
    const archive = path.join(folder, 'root.tar')
    execFileSync('tar', ['-C', root, '-cf', archive, '.'])
    machine('import', archive, BASE)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Brings an image into one engine under another name; the others fetch it from their peers. */
export function bring(engine: Engine, name: (typeof IMAGES)[number], as: string): void {
  const folder = mkdtempSync(path.join(tmpdir(), 'mycelium-image-'))
  try {
    const archive = path.join(folder, 'image.tar')
    machine('save', '-o', archive, `mycelium-application-${name}`)
    engine.docker('load', '-i', archive)
    engine.docker('tag', `mycelium-application-${name}`, as)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The next version of an image: the same with one file more. */
export function derive(engine: Engine, from: string, as: string, file: string, text: string): void {
  const made = engine.docker('create', from).trim()
  const folder = mkdtempSync(path.join(tmpdir(), 'mycelium-file-'))
  try {
    execFileSync('tee', [path.join(folder, 'file')], {
      input: text,
      stdio: ['pipe', 'ignore', 'inherit'],
    })
    engine.docker('cp', path.join(folder, 'file'), `${made}:${file}`)
    engine.docker('commit', made, as)
  } finally {
    engine.docker('rm', made)
    rmSync(folder, { recursive: true, force: true })
  }
}
