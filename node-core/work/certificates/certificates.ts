import { stat } from 'node:fs/promises'
import { every } from '../../base/clock/index.ts'
import { MyceliumError, messageOf } from '../../base/errors/index.ts'
import type {
  CertificateErrorCode,
  CertificateFiles,
  CertificateProblem,
  Certificates,
  CertificatesDeps,
} from './index.ts'
import { ENDING_MS, FILES_CHECK_MS } from './limits.ts'
import { chooseFor } from './names.ts'
import { readFiles, type Shown, toShown } from './reading.ts'

/** One given pair of files, and what was last made of it. */
interface Given {
  files: CertificateFiles
  shown?: Shown
  problem?: CertificateProblem
  /** What the files looked like when they were last read. */
  looked?: string
}

export function createCertificates(deps: CertificatesDeps): Certificates {
  const { clock, logger } = deps
  const given: Given[] = deps.given.map((files) => ({ files }))
  const listeners = new Set<() => void>()
  let own: Shown | undefined
  let stops: (() => void | Promise<void>)[] = []

  const changed = (): void => {
    for (const listener of listeners) listener()
  }
  const readOwn = (): void => {
    const current = deps.own.current()
    if (!current) return
    try {
      own = toShown(current, 'The network’s own certificate', clock.wallMs())
      changed()
    } catch (error) {
      logger.warn('the network’s own certificate is not taken', { why: messageOf(error) })
    }
  }
  const onError = (error: unknown): void => {
    logger.error('certificates could not be looked at', { why: messageOf(error) })
  }
  const look = async (): Promise<void> => {
    let any = false
    for (const one of given) {
      const before = one.shown
      await lookAt(one, clock.wallMs())
      if (one.shown !== before) any = true
      else if (one.problem) logger.debug('a certificate is not taken', { ...one.problem })
    }
    if (any) changed()
  }

  const isOver = ({ notAfterMs }: Shown): boolean => notAfterMs <= clock.wallMs()
  /** Given ones are shown on after their end, which is said; the network's own may be renewed any moment. */
  const shownFor = (name: string): Shown | undefined => {
    const ofFiles = given.flatMap(({ shown }) => (shown ? [shown] : []))
    return chooseFor(name, ofFiles) ?? (own && !isOver(own) ? chooseFor(name, [own]) : undefined)
  }

  return {
    contextFor: (name) => shownFor(name)?.context,
    covers(name) {
      const shown = shownFor(name)
      return shown !== undefined && !isOver(shown)
    },
    any: () =>
      (own !== undefined && !isOver(own)) || given.some(({ shown }) => shown !== undefined),
    problems: () =>
      given.flatMap((one) => {
        const isCovered = (name: string): boolean => shownFor(name) !== undefined
        return [...problemOf(one, clock.wallMs()), ...missingNames(one, isCovered)]
      }),
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    async start() {
      if (stops.length > 0) return
      stops = [deps.own.subscribe(readOwn)]
      readOwn()
      if (given.length === 0) return
      await look()
      stops.push(every(clock, FILES_CHECK_MS, look, onError))
    },
    async stop() {
      const running = stops
      stops = []
      for (const stop of running.toReversed()) await stop()
    },
  }
}

/** Takes what the files hold if that is good; else what was taken before stays. */
async function lookAt(one: Given, nowMs: number): Promise<void> {
  const looks = await appearance(one.files)
  // One that is not valid yet becomes so without being touched.
  if (looks === one.looked && one.problem?.code !== 'CERTIFICATE_EXPIRED') return
  one.looked = looks
  try {
    one.shown = toShown(await readFiles(one.files), one.files.certificate, nowMs)
    delete one.problem
  } catch (error) {
    if (!(error instanceof MyceliumError)) throw error
    one.problem = { code: error.code as CertificateErrorCode, message: messageOf(error) }
  }
}

/** Changes whenever either file does, or one is put in its place. */
async function appearance({ certificate, key }: CertificateFiles): Promise<string> {
  const each = [certificate, key].map(async (file) => {
    try {
      const { ino, size, mtimeMs } = await stat(file)
      return `${ino} ${size} ${mtimeMs}`
    } catch (error) {
      return messageOf(error)
    }
  })
  return (await Promise.all(each)).join(' ')
}

function problemOf({ files, problem, shown }: Given, nowMs: number): CertificateProblem[] {
  if (problem) return [problem]
  if (!shown || shown.notAfterMs - nowMs > ENDING_MS) return []
  const until = new Date(shown.notAfterMs).toISOString()
  const message = `${files.certificate} ends ${until}, and nobody has replaced it.`
  return [{ code: 'CERTIFICATE_ENDING', message }]
}

/** Not said of one that is not taken, which is what is wrong then. */
function missingNames(
  { files, shown }: Given,
  isCovered: (name: string) => boolean,
): CertificateProblem[] {
  // Any label stands where a wildcard does.
  const missing = files.names.filter((name) => !isCovered(name.replace(/^\*/, 'any')))
  if (!shown || missing.length === 0) return []
  const message = `${files.certificate} is not good for ${missing.join(', ')}.`
  return [{ code: 'CERTIFICATE_NAME_MISSING', message }]
}
