/**
 * Preloaded into a real node (NODE_OPTIONS=--import), it makes a liar of it: the engine that the node
 * would run is wrapped in one that tells two halves of the committee two things.
 */
import { registerHooks } from 'node:module'

const ENGINE = /node-core\/control\/primary\/engine\.ts$/
const SIMPLEX = '../consensus/simplex/index.ts'

registerHooks({
  resolve(specifier, context, next) {
    const isTheNodes = specifier === SIMPLEX && ENGINE.test(context.parentURL ?? '')
    if (!isTheNodes) return next(specifier, context)
    return next(new URL('./engine.ts', import.meta.url).href, context)
  },
})
