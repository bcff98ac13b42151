/**
 * Every screen of the window with invented data, looked at by axe in both themes. That the list of
 * screens is whole is shown by what was seen on the way: each place and each component.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, describe, it } from 'node:test'
import { browserUnavailable, openBrowser } from '../renderer/testing/looking/browser.ts'
import { unseenComponents } from '../renderer/testing/looking/components.ts'
import { openScanner, type Scanner } from '../renderer/testing/looking/scanner.ts'
import { EVERY_PLACE, placeOf } from '../renderer/testing/places.ts'
import { SHOTS } from '../renderer/testing/shots/index.ts'
import { until } from './harness/waiting.ts'

const AT_ONCE = 3
/** Those of motion show what others show at rest. */
const STILL = SHOTS.filter(({ motion }) => !motion)
const missing = browserUnavailable()
if (missing && process.env.CI) throw new Error(`CI must run these: ${missing}`)

const options = { skip: Boolean(missing), concurrency: AT_ONCE }
let scanner: Scanner

describe(`every screen${missing ? ` [skipped: ${missing}]` : ''}`, options, () => {
  before(async () => {
    scanner = await openScanner(AT_ONCE)
  })
  after(() => scanner?.close())

  for (const shot of STILL) {
    it(`${shot.name}: axe finds nothing serious`, async () => {
      assert.deepEqual(await scanner.scan(shot), [])
    })
  }
})

describe('the browser', { skip: Boolean(missing) }, () => {
  it('ends although one of its processes stands still', async () => {
    const browser = await openBrowser({ endWithinMs: 500 })
    const page = await browser.newPage()
    await page.goto('about:blank')
    const session = await browser.newBrowserCDPSession()
    const { processInfo } = await session.send('SystemInfo.getProcessInfo')
    const renderers = processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => id)
    assert.notEqual(renderers.length, 0)
    for (const id of renderers) process.kill(id, 'SIGSTOP')
    await browser.close()
    await until('its processes to be gone', 10_000, async () => !renderers.some(isThere))
  })
})

/** One that ended and that nobody asked after yet is a zombie, and gone. */
function isThere(id: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${id}/status`, 'utf8'))
  } catch {
    return false
  }
}

describe('the list of screens', { skip: Boolean(missing) }, () => {
  it('has no two of one name, whose pictures would be one', () => {
    const names = SHOTS.map(({ name }) => name)
    assert.deepEqual(names, [...new Set(names)])
  })

  it('has every place of the window', () => {
    const seen = new Set([...scanner.places].map(placeOf))
    assert.deepEqual(
      EVERY_PLACE.filter((place) => !seen.has(place)),
      [],
    )
  })

  it('has every component of the window', () => {
    assert.deepEqual(unseenComponents(scanner.components), [])
  })
})
