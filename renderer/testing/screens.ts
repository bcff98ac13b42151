/**
 * `npm run screens`: looks at every screen, empty, busy and broken, in both themes, in three sizes
 * (one of them at 200 %), and in the language of long, strange words. Saves pictures, and says what
 * axe finds, what is cut off or scrolls sideways, and what is not translated.
 *
 *   npm run screens -- --only workload --theme dark --size zoomed
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { openBrowser } from './looking/browser.ts'
import { buildWindow } from './looking/build-window.ts'
import { lookAt } from './looking/look.ts'
import { clearPictures, PICTURES_FOLDER } from './looking/pictures.ts'
import { runSeveral, withinMsFor } from './looking/several.ts'
import { SHOTS, SIZES, type Size } from './shots/index.ts'

const HELP = `npm run screens -- [--only PATTERN] [--theme light|dark]… [--size ${Object.keys(SIZES).join('|')}]…
  [--out FOLDER] [--parallel SCREENS] [--no-pseudo]`

const options = parsed()
if (options.help) {
  console.log(HELP)
  process.exit(0)
}
/** Small is the usual window made smaller; zoomed is one of its own. */
const pages: readonly (readonly Size[])[] = [['usual', 'small'], ['zoomed']]
const themes = (['light', 'dark'] as const).filter((one) => options.theme.includes(one))
const jobs = SHOTS.filter(({ name }) => new RegExp(options.only).test(name)).flatMap((shot) => {
  return pages.flatMap((each) => {
    const [first, ...more] = each.filter((size) => {
      return shot.sizes.includes(size) && options.size.includes(size)
    })
    return first ? [{ shot, sizes: [first, ...more] as const }] : []
  })
})
if (jobs.length === 0 || themes.length === 0) {
  console.error(`No screen is called so. There are: ${SHOTS.map(({ name }) => name).join(', ')}.`)
  process.exit(2)
}

const beganMs = performance.now()
const { failures, missed } = await lookAtAll()
for (const failure of failures) console.error(failure)
for (const name of missed) console.error(`${name}: not seen, time was up`)
const seconds = Math.round((performance.now() - beganMs) / 1_000)
const problems = failures.length + missed.length
console.log(
  `${jobs.length} windows, ${themes.join(' and ')}, in ${seconds} s: ` +
    `${problems === 0 ? 'all are fine' : `${problems} problems`}. Pictures: ${options.out}`,
)
process.exitCode = problems === 0 ? 0 : 1

async function lookAtAll() {
  const windowFolder = await mkdtemp(path.join(tmpdir(), 'mycelium-window-'))
  try {
    await buildWindow(windowFolder)
    const looks = jobs.flatMap(({ shot, sizes }) => sizes.map((size) => `${shot.name}-${size}`))
    await clearPictures(options.out, looks)
    await using browser = await openBrowser()
    const pseudo = !options['no-pseudo']
    const looking = { browser, windowFolder, themes, pseudo, picturesFolder: options.out }
    return await runSeveral(
      jobs.map(({ shot, sizes }) => ({
        name: `${shot.name}-${sizes.join('-')}`,
        run: () => lookAt(looking, shot, sizes),
      })),
      { atOnce: Math.max(1, Number(options.parallel)), withinMs: withinMsFor(jobs.length) },
    )
  } finally {
    await rm(windowFolder, { recursive: true, force: true })
  }
}

function parsed() {
  try {
    const { values } = parseArgs({
      options: {
        /** A pattern of names. */
        only: { type: 'string', default: '' },
        theme: { type: 'string', multiple: true, default: ['light', 'dark'] },
        size: { type: 'string', multiple: true, default: Object.keys(SIZES) },
        out: { type: 'string', default: PICTURES_FOLDER },
        /** Screens at a time. */
        parallel: { type: 'string', default: String(2 * Math.min(4, availableParallelism())) },
        'no-pseudo': { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    })
    return values
  } catch (error) {
    console.error(`${messageOf(error)}\n${HELP}`)
    process.exit(2)
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
