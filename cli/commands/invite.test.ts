import { expect, it } from 'vitest'
import { createRunningHome } from '../testing/cli-run.ts'
import { localTime } from '../text/local-time.ts'
import { qrText } from './invite.ts'

it('says until when it is good by the clock of this computer, and what to do with it elsewhere', async () => {
  const home = await createRunningHome()
  const { expiresAt } = (await home.json('invite')) as { expiresAt: string }
  const { out, err } = await home.run('invite')
  expect(out).toMatch(/^mycelium:/)
  expect(err).toContain(`Good once, until ${localTime(expiresAt).slice(0, 6)}`)
  expect(err).not.toMatch(/T\d\d:\d\d/)
  expect(err).toContain(
    "On the other computer, with the link in place of the dots: mycelium join '",
  )
  await home.remove()
})

it('says how wide a window the code needs, and where else there is one', async () => {
  const link = `mycelium://join?invite=${'x'.repeat(1_000)}`
  expect(await qrText(link, 400)).toContain('█')
  expect(await qrText(link, 100)).toMatch(
    /^\nThe QR code needs 1\d\d columns, and this window has 100\. .*mycelium open/,
  )
})
