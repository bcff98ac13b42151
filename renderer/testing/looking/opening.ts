import type { Page, Request } from 'playwright'

/** What becomes of requests under way when an interface of this machine comes or goes. */
const DROPPED = 'net::ERR_NETWORK_CHANGED'
/** The page that says so may come in between later. */
const SAYS_SO = 'chrome-error://'
const BLANK = 'about:blank'
const TIMES_MAX = 5

/**
 * Opens an address anew, whatever stood there, and again where a part of it was dropped. One that is good
 * for a single time is asked for each time.
 */
export async function openAt(page: Page, address: string | (() => Promise<string>)): Promise<void> {
  for (let times = 1; times <= TIMES_MAX; times += 1) {
    if (await openWhole(page, typeof address === 'string' ? address : await address())) return
  }
  throw new Error(`The network of this machine changed ${TIMES_MAX} times while a page was loaded.`)
}

async function openWhole(page: Page, address: string): Promise<boolean> {
  let isWhole = true
  const hear = (request: Request): void => {
    if (request.failure()?.errorText === DROPPED) isWhole = false
  }
  page.on('requestfailed', hear)
  try {
    // Addresses that differ behind the # alone are one page.
    if (page.url() !== BLANK) await page.goto(BLANK)
    await page.goto(address)
  } catch (error) {
    if (![DROPPED, SAYS_SO].some((each) => String(error).includes(each))) throw error
    isWhole = false
  } finally {
    page.off('requestfailed', hear)
  }
  return isWhole
}
