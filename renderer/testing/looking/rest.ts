import type { Page } from 'playwright'

/** Longer than anything takes that a screen does by itself; it is not waited out. */
const REST_TIMEOUT_MS = 15_000
/** What is due later than this was planned for later: a retry, a notice that goes. */
const SOON_MS = 450

/**
 * Runs before the scripts of a page and counts what it waits for: calls without an answer yet,
 * frames and timers that it asked for.
 */
export const WATCHED = `(() => {
  const calls = new Map(), frames = new Set(), timers = new Set()
  const isCall = (frame) => typeof frame === 'string' && !('t' in JSON.parse(frame))
  const idOf = (frame) => JSON.parse(frame).i
  window.WebSocket = class extends window.WebSocket {
    constructor(...args) {
      super(...args)
      calls.set(this, new Set(['opening']))
      this.addEventListener('open', () => calls.get(this).delete('opening'))
      this.addEventListener('close', () => calls.delete(this))
      this.addEventListener('message', ({ data }) => {
        if (isCall(data)) calls.get(this)?.delete(idOf(data))
      })
    }
    send(frame) {
      // The first one is the token, which has no number.
      if (isCall(frame) && idOf(frame) !== undefined) calls.get(this)?.add(idOf(frame))
      super.send(frame)
    }
  }
  const { requestAnimationFrame, cancelAnimationFrame, setTimeout, clearTimeout } = window
  window.requestAnimationFrame = (draw) => {
    const frame = requestAnimationFrame((at) => (frames.delete(frame), draw(at)))
    frames.add(frame)
    return frame
  }
  window.cancelAnimationFrame = (frame) => (frames.delete(frame), cancelAnimationFrame(frame))
  window.setTimeout = (act, delay = 0, ...args) => {
    const timer = setTimeout(() => (timers.delete(timer), act(...args)), delay)
    if (delay <= ${SOON_MS}) timers.add(timer)
    return timer
  }
  window.clearTimeout = (timer) => (timers.delete(timer), clearTimeout(timer))

  const busyWith = () => ({
    calls: [...calls.values()].reduce((sum, { size }) => sum + size, 0),
    frames: frames.size,
    timers: timers.size,
    animations: document.getAnimations()
      .filter(({ effect, playState }) =>
        playState === 'running' && effect.getComputedTiming().endTime !== Infinity).length,
  })
  const isBusy = () => Object.values(busyWith()).some((count) => count > 0)
  // Two frames in a row, since an answer is shown a frame after it came, and may ask for more.
  window.comeToRest = async () => {
    await document.fonts.ready
    const untilMs = Date.now() + ${REST_TIMEOUT_MS}
    for (let still = 0; still < 3; still = isBusy() ? 0 : still + 1) {
      if (Date.now() > untilMs) throw new Error('No rest: ' + JSON.stringify(busyWith()))
      await new Promise((next) => requestAnimationFrame(() => setTimeout(next)))
    }
  }
})()`

/** Until what was asked for has come, and what moves has come to rest. */
export const settle = (page: Page): Promise<void> => page.evaluate('window.comeToRest()')
