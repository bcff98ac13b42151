import { describe, expect, it } from 'vitest'
import { createSettings, type SettingsMemory } from './settings.ts'

function memory(first: string | null = null): SettingsMemory {
  let kept = first
  return {
    getItem: () => kept,
    setItem: (_, value) => {
      kept = value
    },
  }
}

describe('settings', () => {
  it('are remembered', () => {
    const kept = memory()
    createSettings(kept).change({ theme: 'dark', deployWay: 'manifest', keyOwed: true })
    expect(createSettings(kept).store.getState()).toEqual({
      theme: 'dark',
      language: 'en',
      deployWay: 'manifest',
      keyOwed: true,
    })
  })

  it('follow what another window wrote', () => {
    const kept = memory()
    const here = createSettings(kept)
    createSettings(kept).change({ theme: 'dark' })
    expect(here.store.getState().theme).toBe('system')
    here.reread()
    expect(here.store.getState().theme).toBe('dark')
  })

  it.each(['not json', '[]', 'null', '{"theme":"pink","language":7,"keyOwed":1}'])(
    'survive %j',
    (text) => {
      expect(createSettings(memory(text)).store.getState()).toEqual({
        theme: 'system',
        language: 'en',
        deployWay: 'catalogue',
        keyOwed: false,
      })
    },
  )
})
