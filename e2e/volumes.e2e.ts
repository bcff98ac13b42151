/**
 * What a copy keeps: over a change, a deletion taken back, and the death of its computer. And being
 * inside it from another computer: in the window, and in a real terminal. And what is drawn on the
 * canvas, a volume and a link among it, as it then runs.
 */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { allReady, LISTEN, nodeIdOf, running } from './harness/cluster.ts'
import { createEngine, type Engine, enginesUnavailable } from './harness/engine.ts'
import { importBusyboxImage } from './harness/images.ts'
import { pressOn, seeTheFocus, tour, walkTo, whereOn, writeInto } from './harness/keyboard.ts'
import { createTestNode, type TestNode } from './harness/node-process.ts'
import { openPseudoTerminal, terminalsUnavailable } from './harness/pseudo-terminal.ts'
import { until } from './harness/waiting.ts'
import { browserUnavailable, look, openBrowser, openWindow } from './harness/window.ts'

const missing = enginesUnavailable() ?? browserUnavailable() ?? terminalsUnavailable()
if (missing && process.env.CI) throw new Error(`CI must run these: ${missing}`)
const skipped = missing ? ` [skipped: ${missing}]` : ''

/** Serves how often it was started with this volume, and what its version was each time: a file says. */
const COUNTING = [
  ...['/bin/sh', '-c'],
  'cat /etc/version >> /data/starts && exec /bin/httpd -f -p 80 -h /data',
]
const MANIFEST = (version: string) => ({
  name: 'db',
  graceMs: 500,
  containers: [
    {
      ...{ image: 'hello:1', command: COUNTING },
      files: [{ path: '/etc/version', content: `${version}\n` }],
      ...{ ports: [{ containerPort: 80 }], mounts: [{ volume: 'data', path: '/data' }] },
    },
  ],
  volumes: [{ name: 'data', size: '1Gi' }],
})

interface VolumesDocument {
  volumes: { id: string; node: string; state: string; deletedAt?: string }[]
}

describe(`what a copy keeps${skipped}`, { skip: Boolean(missing) }, () => {
  const engines: Engine[] = []
  const nodes: TestNode[] = []
  let ada: TestNode
  /** Where the data lies, and another one. */
  let holder: TestNode
  let other: TestNode

  before(async () => {
    for (const name of ['ada', 'ben']) {
      const engine = await createEngine(name)
      engines.push(engine)
      importBusyboxImage(engine, 'hello:1')
      nodes.push(createTestNode(name, { DOCKER_HOST: engine.host }))
    }
    const [first, second] = nodes
    assert(first && second)
    ada = first
    await ada.json('init', '--network-name', 'Garden', '--name', 'ada')
    await ada.up(...LISTEN)
    const { invite } = await ada.json<{ invite: string }>('invite')
    await second.json('join', invite, '--name', 'ben')
    await second.up(...LISTEN)
    await allReady(nodes)
    // Whichever of them runs it, the other one may go into it.
    await ada.json('members', 'grant', 'ben', 'admin')
    assert.equal((await ada.call('POST', '/api/workloads', MANIFEST('one'))).status, 201)
    const { instances } = await running(ada, 'db', { replicas: 1 })
    const onAda = instances[0]?.node === (await nodeIdOf(ada))
    ;[holder, other] = onAda ? [ada, second] : [second, ada]
  })
  after(async () => {
    await Promise.all(nodes.map((node) => node.remove()))
    await Promise.all(engines.map((engine) => engine.remove()))
  })

  const starts = async (): Promise<string> => {
    const { text, status } = await other.viaEdge('/db/starts')
    return status === 200 ? text.trim().split('\n').join(' ') : String(status)
  }
  const serves = (wanted: string) =>
    until(`the starts to be ${wanted}`, 60_000, async () => {
      const now = await starts()
      if (now === wanted) return true
      throw new Error(now)
    })
  const kept = async () => (await other.get<VolumesDocument>('/api/volumes')).volumes

  it('is there after a change, which never runs beside what it replaces', async () => {
    await serves('one')
    const { containers, volumes } = MANIFEST('two')
    const change = { containers, volumes }
    assert.equal((await ada.call('PATCH', '/api/workloads/db', change)).status, 200)
    await serves('one two')
    const all = await until('the volume to be used', 30_000, async () => {
      const now = await kept()
      if (now[0]?.state === 'used') return now
      throw new Error(JSON.stringify(now))
    })
    assert.deepEqual(
      all.map(({ node }) => node),
      [await nodeIdOf(holder)],
    )
  })

  it('goes on serving through a change to an image that nobody has', async () => {
    const { containers, volumes } = MANIFEST('three')
    const mistyped = { containers: [{ ...containers[0], image: 'helo:1' }], volumes }
    assert.equal((await ada.call('PATCH', '/api/workloads/db', mistyped)).status, 200)
    await until('the reason to be told', 60_000, async () => {
      const { stdout } = await ada.cli('why', 'db')
      if (stdout.includes('helo:1')) return true
      throw new Error(stdout)
    })
    assert.equal(await starts(), 'one two')
    await ada.json('rollout', 'rollback', 'db')
    await until('nothing to be said of it', 60_000, async () => {
      const { stdout } = await ada.cli('why', 'db')
      if (!stdout.includes('helo:1')) return true
      throw new Error(stdout)
    })
    assert.equal(await starts(), 'one two')
  })

  const lastAudited = async () => {
    type Entries = { what: string; words: number; exitCode?: number; reason?: string }[]
    const { entries } = await holder.json<{ entries: Entries }>('audit', '--tail', '1')
    return entries[0]
  }

  it('can be gone into with a real terminal, whose size and keys are its own', async () => {
    const words = ['exec', 'db', '-it', '--', '/bin/sh']
    const terminal = openPseudoTerminal(other, words, { columns: 101, rows: 33 })
    try {
      await terminal.shows(/\/ # /)
      terminal.type('cat /data/starts; busybox stty size\r')
      await terminal.shows(/one\r+\ntwo\r+\n33 101\r/)
      terminal.resize(90, 20)
      // The size goes another way than what is typed, and may come after it.
      terminal.type('until [ "$(busybox stty size)" = "20 90" ]; do sleep 0.1; done; echo narrow\r')
      await terminal.shows(/\nnarrow\r/)
      terminal.type('sleep 600\r')
      await terminal.shows(/sleep 600\r/)
      terminal.type('\x03')
      terminal.type('echo ended by $?; exit 7\r')
      await terminal.shows(/ended by 130/)
      assert.deepEqual(await terminal.ended(), { code: 7, isSane: true })
    } finally {
      terminal.kill()
    }
  })

  it('can be gone into in the window of another computer, by keyboard, and out again', async () => {
    const browser = await openBrowser()
    try {
      const page = await openWindow(browser, other)
      await page.getByRole('link', { name: 'Workloads' }).waitFor()
      await page.evaluate(`window.location.hash = '#/workload/db/shell'`)
      await page.getByRole('button', { name: 'Open the shell' }).press('Enter')
      await until('it to run', 10_000, async () => {
        const text = await page.getByRole('status').allTextContents()
        if (text.includes('It runs.')) return true
        throw new Error(text.join())
      })
      const shows = (wanted: RegExp) =>
        until(`the terminal to show ${wanted}`, 20_000, async () => {
          const text = (await page.locator('.xterm-rows > div').allTextContents()).join('\n')
          if (wanted.test(text)) return true
          throw new Error(text)
        })
      await shows(/\/ # /)
      await page.keyboard.type('cat /data/starts; was=$(busybox stty size)\n')
      await shows(/^one\s*\ntwo\s*\n/m)
      await look(page, 'shell')
      await page.setViewportSize({ width: 900, height: 800 })
      const changes = 'until [ "$(busybox stty size)" != "$was" ]; do sleep 0.1; done'
      await page.keyboard.type(`${changes}; echo narrower; exit 7\n`)
      await page.getByText('It ended with exit code 7.').waitFor()
      await shows(/^narrower/m)

      await page.getByLabel('Command').fill('cat')
      await page.getByLabel('Command').press('Enter')
      await page.getByText('It runs.').waitFor()
      await walkTo(page, /Terminal of db/)
      await page.keyboard.press('Tab')
      await walkTo(page, /Terminal of db/)
      await page.keyboard.press('Escape')
      await page.keyboard.press('Shift+Tab')
      await walkTo(page, /^button End it/, 'Shift+Tab')
      await walkTo(page, /Terminal of db/)
      await page.keyboard.type('and in again\n')
      // Escape has reached it too: its terminal takes the letter behind it for half of a key.
      await shows(/in again\s*\n.*in again/)
      await page.evaluate(`window.location.hash = '#/workloads'`)
      await until('it to be ended for being left', 10_000, async () => {
        return (await lastAudited())?.reason === 'LEFT'
      })
      await page.evaluate(`window.location.hash = '#/workload/db/data'`)
      await page.getByText('In use', { exact: true }).waitFor()
      await page.getByText(/of 1 GiB/).waitFor()
      await page.evaluate(`window.location.hash = '#/workload/db/instances'`)
      await page.getByText(/^in .*\/s, out .*\/s$/).waitFor()
      await look(page, 'figures')
    } finally {
      await browser.close()
    }
  })

  it('is marked when its workload is deleted, and there again when that is taken back', async () => {
    await ada.json('delete', 'db')
    const marked = await until('the volume to be deleted', 30_000, async () => {
      const [volume] = await kept()
      if (volume?.state === 'deleted') return volume
      throw new Error(JSON.stringify(volume))
    })
    assert.ok(marked.deletedAt)
    await ada.json('rollback', 'db')
    await serves('one two two')
    await until('the volume to be used', 30_000, async () => {
      const [volume] = await kept()
      return volume?.state === 'used' && volume.deletedAt === undefined
    })
  })

  it('stays where it lies when that is drained or says it sleeps, and both say so', async () => {
    for (const word of [['drain', holder.name], ['sleep']]) {
      const { code, stderr } = await holder.cli(...word, '--wait', '--timeout', '30s')
      assert.deepEqual([word, code], [word, 7])
      assert.match(stderr, /drained but for db-0, whose data lies there/)
      assert.equal(await starts(), 'one two two')
    }
    assert.equal((await holder.cli('wake')).code, 0)
    assert.equal((await holder.cli('uncordon', holder.name)).code, 0)
  })

  it('is waited for while its computer is away, which why says, and there when it is back', async () => {
    await holder.kill()
    const why = await until('why to name the data', 60_000, async () => {
      const { stdout } = await other.cli('why', 'db')
      if (/lies on another computer/.test(stdout) && /out of sight/.test(stdout)) return stdout
      throw new Error(stdout)
    })
    assert.doesNotMatch(why, new RegExp(`db-0: ${other.name}`))
    await holder.up(...LISTEN)
    await serves('one two two')
  })
  it('is had back, deleted and deleted for good by the buttons of the window', async () => {
    await ada.json('delete', 'db')
    const stateIs = (wanted: string | undefined) =>
      until(`the volume to be ${wanted}`, 30_000, async () => {
        const [volume] = await kept()
        if (volume?.state === wanted) return true
        throw new Error(JSON.stringify(volume))
      })
    await stateIs('deleted')
    const browser = await openBrowser()
    try {
      const page = await openWindow(browser, other)
      await page.getByRole('link', { name: 'Workloads' }).waitFor()
      await page.evaluate(`window.location.hash = '#/workload/db/data'`)
      await page.getByRole('heading', { name: 'No workload is called “db”', level: 1 }).waitFor()
      const press = (name: string) => page.getByRole('button', { name, exact: true }).click()
      await press('Have it back')
      await stateIs('kept')
      await press('Delete')
      await stateIs('deleted')
      await press('Undo')
      await stateIs('kept')
      await press('Delete')
      await press('Delete for good')
      const dialog = page.getByRole('dialog')
      await dialog.getByLabel('Type “data” to confirm').fill('data')
      await look(page, 'for-good')
      await dialog.getByRole('button', { name: 'Delete for good' }).click()
      await page.getByText('data is gone.').waitFor()
      await stateIs(undefined)
    } finally {
      await browser.close()
    }
  })

  it('is drawn on the canvas by keyboard, beside what uses it by name, and both run as drawn', async () => {
    const browser = await openBrowser()
    try {
      const page = await openWindow(browser, other)
      await page.getByRole('link', { name: 'Workloads' }).waitFor()
      await page.evaluate(`window.location.hash = '#/deploy/canvas'`)
      const isDrawn = (what: string) =>
        page.getByRole('img', { name: new RegExp(`^Canvas of ${what}`) }).waitFor()
      await isDrawn('0 services')
      const answer = async (piece: string, fields: [label: RegExp, text: string][]) => {
        await pressOn(page, new RegExp(`^button ${piece}$`))
        await page.getByRole('dialog').waitFor()
        for (const [label, text] of fields) await writeInto(page, label, text)
        await page.keyboard.press('Enter')
        await page.getByRole('dialog').waitFor({ state: 'detached' })
        // The focus comes back in the frame after; a key pressed before goes to nobody.
        await until('the focus to be back', 10_000, async () => {
          return (await whereOn(page)).part === 'page'
        })
      }
      const [image, name] = [/^textbox Image/, /^textbox Name/]
      const port: [RegExp, string][] = [[/^textbox Port it listens on/, '80']]
      await answer('Service', [
        [image, 'hello:1'],
        [name, 'shelf'],
      ])
      await answer('Route', port)
      await answer('Volume', [[/^textbox Where it is seen/, '/data']])
      await answer('Service', [
        [image, 'hello:1'],
        [name, 'front'],
      ])
      await answer('Route', port)
      await answer('Link', [[/^textbox Variable/, 'SHELF']])
      await isDrawn('2 services, 1 volume, 2 routes and 1 link')
      await page.keyboard.press('Control+z')
      await isDrawn('2 services, 1 volume, 2 routes and 0 links')
      await page.keyboard.press('Control+Shift+z')
      await isDrawn('2 services, 1 volume, 2 routes and 1 link')

      await walkTo(page, /^option /)
      await page.keyboard.press('Home')
      await isDrawn('.* shelf is chosen')
      const stage = await walkTo(page, /^img Canvas of/, 'Shift+Tab')
      await seeTheFocus(page, stage)
      await page.keyboard.press('ArrowLeft')
      await tour(page)
      await pressOn(page, /^button Deploy 2/)
      await page.getByText('Every node has been told').first().waitFor()
    } finally {
      await browser.close()
    }
    for (const name of ['shelf', 'front']) await running(ada, name, { replicas: 1 })
    await until('the volume to be used', 30_000, async () => {
      const data = (await kept()).find(({ id }) => id.startsWith('shelf.0.data.'))
      return data?.state === 'used' ? data : undefined
    })
    const asks = 'wget -q -O - http://$SHELF/health'
    await until('the one to answer the other', 30_000, async () => {
      const { stdout, stderr } = await ada.cli('exec', 'front', '--', '/bin/sh', '-c', asks)
      if (stdout === 'ok') return true
      throw new Error(stderr)
    })
  })
})
