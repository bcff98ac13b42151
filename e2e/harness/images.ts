/** Images made on the spot, since no registry can be reached where tests run. */
import { execFileSync } from 'node:child_process'
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Engine } from './engine.ts'

/**
 * Runs a program that ends as soon as it is asked to, for a shell: the first process of a container is
 * deaf to that until it says otherwise, and each end would take as long as an end may.
 */
export const untilAsked = (program: string): string => `trap 'exit 143' TERM; ${program} & wait`

/** Answers `GET /` with its host name (the container's id) and `/health` with `ok`, on port 80. */
const START = `#!/bin/sh
mkdir -p /tmp/www/cgi-bin
printf 'ok' > /tmp/www/health
printf '#!/bin/sh\\nprintf "Content-Type: text/plain\\\\r\\\\n\\\\r\\\\n"\\nhostname\\n' > /tmp/www/cgi-bin/who
chmod 755 /tmp/www/cgi-bin/who
hostname > /tmp/www/index.html
echo "serving as $(hostname)"
${untilAsked('/bin/httpd -f -v -p 80 -h /tmp/www')}
`

/** @param exposes A port that the image says it listens on. */
export function importBusyboxImage(
  engine: Pick<Engine, 'docker'>,
  tag: string,
  exposes?: number,
): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'mycelium-image-'))
  try {
    mkdirSync(path.join(folder, 'root/bin'), { recursive: true })
    mkdirSync(path.join(folder, 'root/tmp'))
    copyFileSync('/bin/busybox', path.join(folder, 'root/bin/busybox'))
    for (const applet of [
      'sh',
      'httpd',
      'hostname',
      'mkdir',
      'printf',
      'chmod',
      'echo',
      'sleep',
      'cat',
      'nc',
      'wget',
    ]) {
      execFileSync('ln', ['-s', 'busybox', path.join(folder, 'root/bin', applet)])
    }
    writeFileSync(path.join(folder, 'root/start'), START)
    chmodSync(path.join(folder, 'root/start'), 0o755)
    execFileSync('tar', [
      '-C',
      path.join(folder, 'root'),
      '-cf',
      path.join(folder, 'image.tar'),
      '.',
    ])
    const says = ['--change', 'CMD ["/start"]']
    if (exposes !== undefined) says.push('--change', `EXPOSE ${exposes}`)
    engine.docker('import', ...says, path.join(folder, 'image.tar'), tag)
    return engine.docker('image', 'inspect', '--format', '{{.Id}}', tag).trim()
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** An image with the Node that runs these tests, what it is linked to, and one program. */
export function importNodeImage(engine: Engine, tag: string, program: string): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'mycelium-image-'))
  const root = path.join(folder, 'root')
  const place = (from: string, to: string): void => {
    mkdirSync(path.dirname(path.join(root, to)), { recursive: true })
    copyFileSync(from, path.join(root, to))
  }
  try {
    mkdirSync(path.join(root, 'tmp'), { recursive: true })
    place(process.execPath, '/bin/node')
    place('/bin/busybox', '/bin/busybox')
    const linked = execFileSync('ldd', [process.execPath], { encoding: 'utf8' })
    for (const [library] of linked.matchAll(/\/\S+\.so\S*/g)) place(library, library)
    place(program, '/program.mjs')
    const image = path.join(folder, 'image.tar')
    execFileSync('tar', ['-C', root, '-cf', image, '.'])
    engine.docker('import', '--change', 'CMD ["/bin/node", "/program.mjs"]', image, tag)
    return engine.docker('image', 'inspect', '--format', '{{.Id}}', tag).trim()
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
