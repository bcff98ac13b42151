/**
 * What the window knows and remembers: what the node said last (resources), what a person is about
 * to do (toasts, deletes that can still be undone), where they are (route) and how they like it
 * (settings). Everything is a zustand store made by a factory, so that tests make their own.
 */
export { createDeletions, type Deletions, UNDO_MS } from './deletions.ts'
export { createResource, type Resource, type ResourceState } from './resource.ts'
export {
  createRoute,
  DEPLOY_WAYS,
  type DeployWay,
  formatRoute,
  parseRoute,
  type Route,
  type RouteStore,
} from './route.ts'
export { asSaid, keptName, workloadNamed } from './said-names.ts'
export { createSettings, type Settings, type SettingsStore, type Theme } from './settings.ts'
export { createToasts, type Toast, type Toasts } from './toasts.ts'
export { type Answer, useAnswer } from './use-answer.ts'
export { useAsked } from './use-asked.ts'
export { useRepeated } from './use-repeated.ts'
export {
  useConnection,
  useResource,
  useRoute,
  useSettings,
  useWorld,
  WorldContext,
} from './use-world.ts'
export { createWorld, type World, type WorldDeps } from './world.ts'
