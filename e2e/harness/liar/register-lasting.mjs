/**
 * Preloaded into a real node, it makes a liar of it that nobody can prove anything to: what its Primary
 * says to others goes through a network of lies.
 */
import { registerHooks } from 'node:module'

const WIRING = /node-core\/primary-side\.ts$/
const PRIMARY = './control/primary/index.ts'

registerHooks({
  resolve(specifier, context, next) {
    const isTheNodes = specifier === PRIMARY && WIRING.test(context.parentURL ?? '')
    if (!isTheNodes) return next(specifier, context)
    return next(new URL('./primary.ts', import.meta.url).href, context)
  },
})
