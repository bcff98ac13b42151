/**
 * Whole nodes that lie: what to preload into one.
 *
 *     createTestNode('eve', environment, { preload: asLiar('pieces') })
 */
export function asLiar(lie: 'engine' | 'primary' | 'pieces'): string {
  const register = new URL('./register.mjs', import.meta.url)
  register.searchParams.set('lie', lie)
  return register.href
}
