import { createContext, useContext, useSyncExternalStore } from 'react'
import { useStore } from 'zustand'
import type { ConnectionState } from '../transport/index.ts'
import type { Resource, ResourceState } from './resource.ts'
import type { Route } from './route.ts'
import type { Settings } from './settings.ts'
import type { World } from './world.ts'

export const WorldContext = createContext<World | undefined>(undefined)

export function useWorld(): World {
  const world = useContext(WorldContext)
  if (!world) throw new Error('A screen is shown outside of its world.')
  return world
}

export function useResource<T>(resource: Resource<T>): ResourceState<T> {
  return useStore(resource.store)
}

export function useConnection(): ConnectionState {
  const { connection } = useWorld()
  return useSyncExternalStore(connection.subscribe, connection.state)
}

export function useRoute(): Route {
  return useStore(useWorld().route.store)
}

export function useSettings(): Settings {
  return useStore(useWorld().settings.store)
}
